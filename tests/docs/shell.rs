//! As much of the shell as the documents use: words, quotes, comments, and
//! where one command ends and the next begins.

/// The simple commands of a script, each as its words; what is redirected, and
/// where to, is left out.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let script = script.replace("\\\n", " ");
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        match (reader.quote, c) {
            (Some(quote), c) if c == quote => reader.quote = None,
            (Some('"') | None, '\\') => reader.push(rest.next().unwrap_or('\\')),
            (Some(_), c) => reader.push(c),
            (None, '\'' | '"') => {
                reader.quote = Some(c);
                reader.word.get_or_insert_default();
            }
            (None, '#') if reader.word.is_none() => while rest.next_if(|c| *c != '\n').is_some() {},
            (None, '|' | ';' | '&' | '\n' | '(' | ')') => reader.end_command(),
            (None, '<' | '>') => reader.redirect(),
            (None, c) if c.is_whitespace() => reader.end_word(),
            (None, c) => reader.push(c),
        }
    }
    reader.end_command();
    reader.commands
}

#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    quote: Option<char>,
    redirects: bool,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if !std::mem::take(&mut self.redirects) {
            self.words.push(word);
        }
    }

    /// A number right before it says which stream is meant.
    fn redirect(&mut self) {
        if self.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        self.redirects = true;
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirects = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[test]
fn words_quotes_comments_and_redirections_are_told_apart() {
    let script = "a 'b c' \"d\\\"\" \\\n  e # f\ng <h 2>i | j --k=l > m && n\n";
    let read = commands(script);
    assert_eq!(read, [vec!["a", "b c", "d\"", "e"], vec!["g"], vec!["j", "--k=l"], vec!["n"]]);
}
