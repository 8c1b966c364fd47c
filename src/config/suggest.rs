//! "Did you mean": the nearest of the words that would have been right.

/// Words further apart than this share of their length are not alike.
const LEAST_LIKENESS: f64 = 0.72;

/// The candidate that the word was probably meant to be.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Numbers are not mistyped: 1.1 is not meant to be 1.3.
    if !word.contains(|c: char| c.is_alphabetic()) {
        return None;
    }
    let word = word.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| (likeness(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

fn likeness(word: &str, candidate: &str) -> f64 {
    // Long words cost time in the square of their length and are no typing error.
    if word.len() > 64 {
        return 0.0;
    }
    let candidate = candidate.to_lowercase().replace('_', "-");
    let edits = strsim::damerau_levenshtein(word, &candidate);
    if edits <= 1 && candidate.len() > 2 {
        return 1.0 - 0.01 * edits as f64;
    }
    strsim::normalized_damerau_levenshtein(word, &candidate).max(
        // Missing letters at the end, as in `max_conn`: the beginning counts more.
        strsim::jaro_winkler(word, &candidate) - 0.13,
    )
}

/// The hint for a word that is near one of the candidates.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// `a`, `b` or `c`
pub(crate) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
