//! Groups of holders, and how a group is named from outside: by id or by name.

use crate::code::Code;
use crate::id::HolderGroupId;
use crate::noun::plain_id;
use crate::script::fold;
use crate::text::Name;
use crate::visible::is_ignorable;

/// A group as a request, a path or a user names it. A name never consists of digits alone, so the two differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolderGroupRef {
    /// By id: `7`.
    Id(HolderGroupId),
    /// By name.
    Name(String),
}

impl HolderGroupRef {
    /// Reads an id or a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        plain_id(text).map_or_else(|| Self::Name(text.to_owned()), |id| Self::Id(HolderGroupId(id)))
    }

    /// Whether a group can be meant. Nothing has a name that cannot be stored, and no database is asked for one.
    #[must_use]
    pub fn can_exist(&self) -> bool {
        match self {
            Self::Id(_) => true,
            Self::Name(name) => name_of(name).is_ok(),
        }
    }
}

impl From<HolderGroupId> for HolderGroupRef {
    fn from(id: HolderGroupId) -> Self {
        Self::Id(id)
    }
}

impl std::fmt::Display for HolderGroupRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A group's name as it is stored.
///
/// # Errors
/// Those of a [`Name`], and `HOLDER_GROUP_NAME_INVALID` for a name of digits alone.
pub fn name_of(text: &str) -> Result<Name, Code> {
    let name = Name::parse(text)?;
    let is_number = key_of(name.as_str()).chars().all(char::is_numeric);
    if is_number { Err(Code::HolderGroupNameInvalid) } else { Ok(name) }
}

/// What makes two names the same: neither case, nor the encoding of letters, nor the amount of whitespace, nor characters
/// that are never shown count.
#[must_use]
pub fn key_of(name: &str) -> String {
    let folded = fold(name).to_lowercase();
    let folded: String = folded.chars().filter(|c| c.is_ascii() || !is_ignorable(*c)).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::check;

    #[test]
    fn a_group_is_named_by_its_id_or_its_name() {
        let read = |text: &str| match HolderGroupRef::parse(text) {
            HolderGroupRef::Id(id) => format!("id {id}"),
            HolderGroupRef::Name(name) => format!("name {name}"),
        };
        check(&[("7", "id 7"), (" 7 ", "id 7"), ("07", "name 07"), ("Sales 7", "name Sales 7")], read);
    }

    #[test]
    fn what_cannot_be_a_name_is_no_group() {
        let long = "x".repeat(256);
        let can = |text: &str| HolderGroupRef::parse(text).can_exist().to_string();
        check(
            &[
                ("7", "true"),
                ("Sales", "true"),
                ("07", "false"),
                ("a\0b", "false"),
                ("a\nb", "false"),
                ("", "false"),
            ],
            can,
        );
        assert!(!HolderGroupRef::parse(&long).can_exist());
    }

    #[test]
    fn a_name_has_more_than_digits() {
        let read = |text: &str| match name_of(text) {
            Ok(name) => String::from(name),
            Err(code) => code.to_string(),
        };
        check(
            &[
                (" Sales  7 ", "Sales  7"),
                ("销售部", "销售部"),
                ("7", "HOLDER_GROUP_NAME_INVALID"),
                ("７７", "HOLDER_GROUP_NAME_INVALID"),
                ("7\u{200d}7", "HOLDER_GROUP_NAME_INVALID"),
                ("", "NAME_INVALID"),
                ("a\nb", "CONTROL_CHARACTER"),
            ],
            read,
        );
    }

    #[test]
    fn names_that_read_alike_have_one_key() {
        let all =
            ["Sales  London", " sales london ", "ＳＡＬＥＳ　London", "Sa\u{200b}les \u{fe0f}London\u{2060}"];
        let keys: Vec<_> = all.iter().map(|name| key_of(name)).collect();
        assert_eq!(keys, ["sales london"; 4]);
        assert_ne!(key_of("Sales"), key_of("Sales 2"));
    }
}
