//! A file of the repository.

/// A repository file; its path is relative to the root and uses `/`.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    pub fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    pub fn within(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}
