//! Guesses that help a user whose file was not understood. None of them is ever applied automatically.

use strsim::osa_distance;

use crate::delimiter::Delimiter;
use crate::layout::{Column, Layout, OneOf, fold, missing};
use crate::refusal::Proposal;

/// The most columns proposed for a missing one.
const PROPOSED_MAX: usize = 3;

/// The shortest name, in letters, that is searched for within a longer header.
const WITHIN_MIN: usize = 4;

/// The delimiter with which the header would have all required columns.
pub(crate) fn delimiter(names: &[String], layout: &Layout, used: Delimiter) -> Option<Delimiter> {
    let line = names.join(used.character().encode_utf8(&mut [0; 4]));
    let fits = |delimiter: &Delimiter| {
        let headers: Vec<String> =
            line.split(delimiter.character()).map(|name| fold(name.trim_matches(['"', '\'']))).collect();
        let place = |column: &Column| headers.iter().position(|header| column.is(header));
        headers.len() > 1 && missing(layout, &layout.columns.iter().map(place).collect::<Vec<_>>()).is_none()
    };
    Delimiter::ALL.into_iter().filter(|delimiter| *delimiter != used).find(fits)
}

/// Headers that may mean one of the missing columns, most likely first.
pub(crate) fn proposals(headers: &[&str], layout: &Layout, one_of: OneOf) -> Vec<Proposal> {
    let mut near: Vec<(usize, Proposal)> = Vec::new();
    for header in headers {
        let folded = fold(header);
        let fields = one_of.iter().filter_map(|field| layout.columns.get(*field));
        let best = fields.filter_map(|column| Some((distance(column, &folded)?, column.name))).min();
        if let Some((distance, field)) = best {
            near.push((distance, Proposal { field, header: (*header).to_owned() }));
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, proposal)| proposal).take(PROPOSED_MAX).collect()
}

/// Headers that the format proposes for columns the file does not have under their own names.
pub(crate) fn proposed(headers: &[&str], layout: &Layout, places: &[Option<usize>]) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (column, _) in layout.columns.iter().zip(places).filter(|(_, place)| place.is_none()) {
        for header in headers {
            if column.proposed.contains(&fold(header).as_str()) {
                proposals.push(Proposal { field: column.name, header: (*header).to_owned() });
            }
        }
    }
    proposals
}

/// The edit distance of a header to a column's nearest name; none if it is a different word.
fn distance(column: &Column, header: &str) -> Option<usize> {
    let names = std::iter::once(&column.name).chain(column.synonyms);
    let nearest = names.filter_map(|name| distance_of_name(&fold(name), header)).min();
    let proposed = column.proposed.contains(&header).then_some(0);
    proposed.or(nearest)
}

fn distance_of_name(name: &str, header: &str) -> Option<usize> {
    let letters = name.chars().count();
    let typos = match letters {
        _ if !name.is_ascii() && letters >= 3 => 1,
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    };
    let distance = osa_distance(name, header);
    let is_within = header.contains(name) && (letters >= WITHIN_MIN || (!name.is_ascii() && letters >= 2));
    match distance {
        _ if distance <= typos => Some(distance),
        _ if is_within => Some(typos + 1),
        _ => None,
    }
}
