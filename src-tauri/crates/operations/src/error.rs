//! The error of every use case: a stable code, one sentence, and the place at fault.
//!
//! Faces decide by [`ErrorKind`] and by the code, never by the text. Not a place for the program's own logic
//! errors: those are panics with a reason.

use crate::wire::WireError;
use std::error::Error;
use std::fmt;

/// The result of a use case.
pub type Result<T, E = OperationError> = std::result::Result<T, E>;

/// What sort of failure it is: "you may not" is not "it broke".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong: a field, a name, a file that is not what it should be.
    WrongUse,
    /// What was named does not exist.
    NotFound,
    /// The request is well formed, but a rule or a right forbids it now.
    Refused,
    /// It broke: the disk, the network, the database.
    Failed,
}

/// What went wrong in a use case.
#[derive(Debug)]
pub struct OperationError {
    kind: ErrorKind,
    code: &'static str,
    message: String,
    field: Option<String>,
    line: Option<u64>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl OperationError {
    fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), field: None, line: None, source: None }
    }

    /// The request itself is wrong.
    pub fn wrong_use(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::WrongUse, code, message)
    }

    /// What was named does not exist.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, code, message)
    }

    /// A rule or a right forbids it now.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, code, message)
    }

    /// It broke.
    pub fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, code, message)
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names the line of the input at fault, counted from 1.
    #[must_use]
    pub const fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Keeps the cause, whose text becomes the technical detail. It must not hold a secret.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What sort of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The texts of all causes, outermost first; none without a cause.
    pub fn detail(&self) -> Option<String> {
        let mut texts = Vec::new();
        let mut next: Option<&dyn Error> = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        texts.dedup();
        if texts.is_empty() { None } else { Some(texts.join(": ")) }
    }

    /// The form that crosses to a face.
    pub fn to_wire(&self) -> WireError {
        WireError {
            code: self.code.to_owned(),
            message: self.message.clone(),
            field: self.field.clone(),
            line: self.line,
            detail: self.detail(),
        }
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for OperationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<OperationError> for WireError {
    fn from(error: OperationError) -> Self {
        error.to_wire()
    }
}

impl From<store::StoreError> for OperationError {
    fn from(error: store::StoreError) -> Self {
        use store::StoreError as E;
        let kind = match &error {
            E::NotFound(_) => ErrorKind::NotFound,
            E::NotADatabase { .. } => ErrorKind::WrongUse,
            E::Snapshot { .. } => ErrorKind::Refused,
            E::ReadOnly | E::AppendOnly(_) | E::Refused(_) | E::Constraint { .. } | E::PermissionDenied(_) => {
                ErrorKind::Refused
            }
            E::NotMigrated | E::SchemaNewer { .. } | E::SchemaOlder { .. } | E::SchemaDiffers { .. } => {
                ErrorKind::Refused
            }
            _ => ErrorKind::Failed,
        };
        let text = error.to_string();
        let mut rest = text.chars();
        let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
        let mut wrapped = Self::new(kind, error.code(), format!("{first}{}.", rest.as_str()));
        // Most sentences of the store hold their cause already; only what the driver said below it is added.
        let cause = Error::source(&error).map(ToString::to_string).filter(|cause| !wrapped.message.contains(cause));
        if let Some(cause) = cause {
            wrapped.source = Some(cause.into());
        }
        wrapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_form_names_code_place_and_causes() {
        let cause = std::io::Error::other("disk full");
        let error = OperationError::failed("cannot_write", "The file could not be written.")
            .field("file")
            .line(7)
            .because(cause);
        let wire = error.to_wire();
        assert_eq!(wire.code, "cannot_write", "faces decide by the code");
        assert_eq!(wire.message, "The file could not be written.", "the sentence is for people");
        assert_eq!((wire.field.as_deref(), wire.line), (Some("file"), Some(7)), "the place at fault is named");
        assert_eq!(wire.detail.as_deref(), Some("disk full"), "the cause can be copied");
    }

    #[test]
    fn without_a_cause_there_is_no_detail() {
        assert_eq!(OperationError::wrong_use("x", "y").detail(), None, "an empty detail would be noise");
    }
}
