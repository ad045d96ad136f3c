//! Errors as the terminal shows them: the source line, and a caret below it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::PatternError;

impl PatternError {
    /// The error with its source line and a caret, in plain text. If the line is long, it shows the
    /// part around the place.
    ///
    /// ```text
    /// error: glider.rle:3:7: found '$', expected a letter from A to X
    ///   |
    /// 3 | bo$2bq$3o!
    ///   |       ^ expected a letter from A to X
    /// ```
    pub fn render(&self) -> String {
        self.render_with(&Renderer::plain())
    }

    /// The error as [`render`](Self::render) shows it, with colors for a terminal, as ANSI escape
    /// sequences.
    pub fn render_colored(&self) -> String {
        self.render_with(&Renderer::styled())
    }

    fn render_with(&self, renderer: &Renderer) -> String {
        // The title tells the column, for the renderer only knows columns of the excerpt.
        let title = Level::ERROR.primary_title(self.to_string());
        let Some(location) = self.location() else {
            return renderer.render(&[Group::with_title(title)]);
        };
        let label = self.expected().map(|expected| format!("expected {expected}"));
        let annotation = AnnotationKind::Primary.span(location.marked.clone()).label(label);
        let snippet = Snippet::source(location.excerpt.as_str()).line_start(location.line);
        renderer.render(&[title.element(snippet.annotation(annotation))])
    }
}
