//! What somebody who wrote a pipe's security descriptor should hear.
//!
//! The descriptor is taken as it is: these are warnings, and what is not
//! understood is passed over. Two things go wrong without a sign: clients that
//! can serve the pipe's name themselves, and a gateway that cannot.

use std::collections::BTreeSet;

use super::local_rules::{ADMINISTRATORS, SYSTEM};

/// FILE_CREATE_PIPE_INSTANCE, GENERIC_WRITE and GENERIC_ALL.
const MAKES_INSTANCES: u32 = 0x4 | 0x4000_0000 | 0x1000_0000;
/// The same in SDDL's letters; `LC` is the bit 4.
const MAKES_INSTANCES_WORDS: [&str; 7] = ["GA", "GW", "FA", "FW", "KA", "KW", "LC"];

/// Sentences about `sddl`, which the system wrote (so that it is well-formed).
/// `own` are the SIDs of our token, the user first; `sid_of` knows the
/// abbreviations (`BA`) of trustees.
pub fn sddl_warnings(
    sddl: &str,
    own: &[String],
    sid_of: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let Some(dacl) = Dacl::of(sddl) else {
        return vec!["it has no DACL (`D:`), so the system puts one of its own".to_owned()];
    };
    if dacl.flags.contains("NO_ACCESS_CONTROL") {
        return vec!["everybody may open the pipe and serve its name".to_owned()];
    }
    let makers: BTreeSet<String> = dacl
        .entries
        .into_iter()
        .filter_map(Allowed::of)
        .filter(Allowed::makes_instances)
        .map(|entry| sid_of(entry.trustee).unwrap_or_else(|| entry.trustee.to_owned()))
        .collect();
    let user = own.first().map_or("", |user| user);
    let expected = |sid: &&String| ![user, SYSTEM, ADMINISTRATORS].contains(&sid.as_str());
    let mut warnings: Vec<String> = makers.iter().filter(expected).map(rival).collect();
    if !own.iter().any(|sid| makers.contains(sid)) {
        warnings.push(format!(
            "our own account ({user}) may not create instances of the pipe, so there will be only the first: add (A;;FA;;;{user})"
        ));
    }
    warnings
}

fn rival(sid: &String) -> String {
    format!(
        "{sid} may create instances of the pipe, and so serve its name: 0x12019b in place of its rights lets it read and write only"
    )
}

/// The part of a descriptor that says who may do what.
#[derive(Default)]
struct Dacl<'a> {
    flags: String,
    /// Without their parentheses.
    entries: Vec<&'a str>,
}

impl<'a> Dacl<'a> {
    /// Outside entries, a colon stands behind the letter of a part.
    fn of(sddl: &'a str) -> Option<Self> {
        let mut dacl = None::<Self>;
        let mut nesting = Nesting::default();
        let (mut part, mut before, mut start) = (' ', ' ', 0);
        for (at, c) in sddl.char_indices() {
            match (nesting.depth, nesting.step(c), &mut dacl) {
                (0, 1, _) => start = at + 1,
                (1, 0, Some(dacl)) if part == 'D' => dacl.entries.push(&sddl[start..at]),
                (0, 0, dacl) if c == ':' => {
                    part = before;
                    if part == 'D' {
                        *dacl = Some(Self::default());
                    }
                }
                (0, 0, Some(dacl)) if part == 'D' => dacl.flags.push(c),
                _ => {}
            }
            before = c;
        }
        dacl
    }
}

/// How deep in parentheses we are: an entry with a condition has more of them
/// in it, and quoted text where they do not count.
#[derive(Default)]
struct Nesting {
    depth: usize,
    quoted: bool,
}

impl Nesting {
    fn step(&mut self, c: char) -> usize {
        match c {
            '"' => self.quoted = !self.quoted,
            '(' if !self.quoted => self.depth += 1,
            ')' if !self.quoted => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.depth
    }
}

/// An entry that allows something: `A;;0x12019b;;;S-1-1-0`.
struct Allowed<'a> {
    rights: &'a str,
    trustee: &'a str,
}

impl<'a> Allowed<'a> {
    fn of(entry: &'a str) -> Option<Self> {
        let fields: Vec<&str> = entry.splitn(7, ';').collect();
        let [kind, flags, rights, _, _, trustee, ..] = fields[..] else { return None };
        // An entry that is only there to be inherited is for no pipe.
        let counts = matches!(kind, "A" | "XA" | "OA") && !flags.contains("IO");
        counts.then_some(Self { rights, trustee })
    }

    fn makes_instances(&self) -> bool {
        if let Some(mask) = self.rights.strip_prefix("0x") {
            return u32::from_str_radix(mask, 16).is_ok_and(|mask| mask & MAKES_INSTANCES != 0);
        }
        let mut words = self.rights.as_bytes().chunks(2);
        words.any(|word| MAKES_INSTANCES_WORDS.iter().any(|one| one.as_bytes() == word))
    }
}

#[cfg(test)]
mod tests;
