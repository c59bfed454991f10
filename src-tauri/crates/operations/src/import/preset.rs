//! Mappings that come along. They are files like any other, embedded into the program.

use super::mapping::{MAX_MAPPING_BYTES, Mapping};
use crate::error::{OperationError, Result};
use crate::wire;
use std::io::Read;
use std::path::Path;

/// Their texts.
const TEXTS: [&str; 5] = [
    include_str!("presets/azure-llm-2023.toml"),
    include_str!("presets/focus-1.0.toml"),
    include_str!("presets/usage-events.toml"),
    include_str!("presets/usage-logs.toml"),
    include_str!("presets/usage-ledger.toml"),
];

/// The presets, for screens.
pub fn presets() -> Vec<wire::Preset> {
    let shown = |mapping: Mapping| wire::Preset {
        needs_tenant: mapping.tenant.from.is_none(),
        format: mapping.format.as_str().to_owned(),
        name: mapping.name,
        title: mapping.title,
        description: mapping.description,
    };
    TEXTS.iter().map(|text| Mapping::parse(text).map(shown).expect("a test parses each preset")).collect()
}

/// The mapping of a preset's name or a file's path; a preset wins.
///
/// # Errors
/// `unknown_mapping` or `invalid_mapping`.
pub fn load(name: &str) -> Result<Mapping> {
    for text in TEXTS {
        let mapping = Mapping::parse(text)?;
        if mapping.name == name {
            return Ok(mapping);
        }
    }
    Mapping::parse(&text_of_file(name)?)
}

/// The text of a mapping file.
///
/// # Errors
/// `unknown_mapping`; `invalid_mapping` for one that is too long.
pub fn text_of_file(name: &str) -> Result<String> {
    let unknown = || {
        let sentence = format!("'{name}' is neither a preset nor a readable mapping file.");
        OperationError::wrong_use("unknown_mapping", sentence).field("map")
    };
    let mut text = String::new();
    let file = std::fs::File::open(Path::new(name)).map_err(|error| unknown().because(error))?;
    file.take(MAX_MAPPING_BYTES + 1).read_to_string(&mut text).map_err(|error| unknown().because(error))?;
    if text.len() as u64 > MAX_MAPPING_BYTES {
        let sentence = format!("The mapping file is longer than {} KiB.", MAX_MAPPING_BYTES / 1024);
        return Err(OperationError::wrong_use("invalid_mapping", sentence).field("map"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_is_valid_and_found_by_its_name() {
        let names: Vec<_> = presets().into_iter().map(|preset| preset.name).collect();
        assert_eq!(
            names,
            ["azure-llm-2023", "focus-1.0", "usage-events", "usage-logs", "usage-ledger"],
            "scripts rely on these names"
        );
        for name in names {
            assert_eq!(load(&name).unwrap().name, name, "a preset is found by its name");
        }
    }

    #[test]
    fn an_unknown_mapping_is_named() {
        assert_eq!(load("no-such-preset").unwrap_err().code(), "unknown_mapping", "it is neither preset nor file");
    }
}
