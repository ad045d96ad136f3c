//! Lines of code.

use std::fs;
use std::path::Path;

/// The lines of a file that are neither blank nor comments alone, as far as a line tells; `None` if it
/// cannot be read.
pub(super) fn of_code(path: &Path) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let comment = match path.extension()?.to_str()? {
        "py" | "sh" => "#",
        _ => "//",
    };
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with(comment);
    Some(text.lines().map(str::trim).filter(is_code).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_comments_are_no_code() {
        let folder = tempfile::tempdir().unwrap();
        let count = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            of_code(&path)
        };
        assert_eq!(
            count("a.py", "# Why.\n\nimport sys  # For the rest.\n  # So.\nexit()\n"),
            Some(2)
        );
        assert_eq!(count("a.c", "#include <stdio.h>\n// Why.\nint x;\n"), Some(2));
        assert_eq!(of_code(&folder.path().join("none.c")), None);
    }
}
