//! What the viewer looks like, as drawings for `docs/`: with `LIFELAB_PICTURES=FOLDER`, the tests leave them there.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use ratatui_core::style::Modifier;

use super::tests::{Rig, options};
use super::*;
use crate::Depth;
use lifelab::{Error, Simulation};
use ratatui_core::buffer::Buffer;
use ratatui_core::style::Color;
use ratatui_crossterm::crossterm::event::KeyCode;

/// Points of a character.
const WIDTH: u16 = 8;
const HEIGHT: u16 = 16;

const INK: Color = Color::Rgb(0xd4, 0xd8, 0xe0);
const PAPER: Color = Color::Rgb(0x0f, 0x11, 0x15);

/// A piece of a line whose characters look alike.
struct Piece {
    column: u16,
    text: String,
    ink: Color,
    paper: Color,
    is_dim: bool,
}

fn pieces(buffer: &Buffer, row: u16) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for column in 0..buffer.area.width {
        let cell = &buffer[(column, row)];
        let or = |color: Color, other| if color == Color::Reset { other } else { color };
        let (mut ink, mut paper) = (or(cell.fg, INK), or(cell.bg, PAPER));
        if cell.modifier.contains(Modifier::REVERSED) {
            (ink, paper) = (paper, ink);
        }
        let is_dim = cell.modifier.contains(Modifier::DIM);
        match pieces.last_mut() {
            Some(last) if (last.ink, last.paper, last.is_dim) == (ink, paper, is_dim) => {
                last.text.push_str(cell.symbol());
            }
            _ => {
                let text = cell.symbol().to_owned();
                pieces.push(Piece { column, text, ink, paper, is_dim });
            }
        }
    }
    pieces
}

fn css(color: Color) -> String {
    match color {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        other => panic!("{other:?} is no color of a terminal that has all"),
    }
}

/// A rectangle in halves of a character's height.
fn rectangle(svg: &mut String, column: u16, columns: usize, halves: u16, high: u16, color: &str) {
    let (x, width) = (column * WIDTH, columns * usize::from(WIDTH));
    let (y, height) = (halves * HEIGHT / 2, high * HEIGHT / 2);
    write!(svg, r#"<path fill="{color}" d="M{x} {y}h{width}v{height}H{x}z"/>"#).unwrap();
}

/// Draws a piece: blocks as rectangles, for fonts leave gaps between them, and everything else as text.
fn draw_piece(svg: &mut String, piece: &Piece, row: u16) {
    let (ink, length) = (css(piece.ink), piece.text.chars().count());
    if piece.paper != PAPER {
        rectangle(svg, piece.column, length, 2 * row, 2, &css(piece.paper));
    }
    let characters: Vec<char> = piece.text.chars().collect();
    let mut column = piece.column;
    for run in characters.chunk_by(|one, other| {
        is_block(*one) == is_block(*other) && (one == other || !is_block(*one))
    }) {
        match run[0] {
            '█' => rectangle(svg, column, run.len(), 2 * row, 2, &ink),
            '▀' => rectangle(svg, column, run.len(), 2 * row, 1, &ink),
            '▄' => rectangle(svg, column, run.len(), 2 * row + 1, 1, &ink),
            _ => draw_text(svg, run, column, row, &ink, piece.is_dim),
        }
        column += run.len() as u16;
    }
}

/// Draws the words of a text, each where it stands: spaces beside one another would become one.
fn draw_text(svg: &mut String, text: &[char], column: u16, row: u16, ink: &str, is_dim: bool) {
    let opacity = if is_dim { r#" opacity="0.6""# } else { "" };
    let (mut column, y) = (column, row * HEIGHT + 12);
    for word in text.chunk_by(|one, other| (*one == ' ') == (*other == ' ')) {
        let (x, length) = (column * WIDTH, word.len() * usize::from(WIDTH));
        column += word.len() as u16;
        let word: String = word.iter().collect();
        if word.trim().is_empty() {
            continue;
        }
        let word = word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        write!(
            svg,
            r#"<text x="{x}" y="{y}" fill="{ink}" textLength="{length}"{opacity}>{word}</text>"#
        )
        .unwrap();
    }
}

fn is_block(character: char) -> bool {
    matches!(character, '█' | '▀' | '▄')
}

fn drawing(buffer: &Buffer) -> String {
    let (width, height) = (buffer.area.width * WIDTH, buffer.area.height * HEIGHT);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="monospace" font-size="13" shape-rendering="crispEdges"><path fill="{}" d="M0 0h{width}v{height}H0z"/>"#,
        css(PAPER)
    );
    for row in 0..buffer.area.height {
        pieces(buffer, row).iter().for_each(|piece| draw_piece(&mut svg, piece, row));
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws a universe after some keys and generations, of which each is seen, and checks that the drawing says what
/// the screen does.
fn draw(
    name: &str,
    recipe: fn() -> Result<Simulation, Error>,
    screen: (u16, u16),
    (keys, generations): (&str, u64),
) -> String {
    let colors = Options { colors: Colors::Age, depth: Depth::True, ..options() };
    let mut rig = Rig::new(recipe, colors, screen);
    keys.chars().for_each(|key| rig.key(KeyCode::Char(key)));
    rig.wait_for(0);
    for generation in 1..=generations {
        rig.key(KeyCode::Char(' '));
        rig.wait_for(generation);
    }
    let svg = drawing(&rig.picture());
    if let Some(folder) = env::var_os("LIFELAB_PICTURES") {
        fs::write(PathBuf::from(folder).join(name), &svg).unwrap();
    }
    let said = svg.split("</text>").filter_map(|piece| Some(piece.rsplit_once('>')?.1));
    let said: String = said.collect::<String>().split_whitespace().collect();
    let letters = |line: &String| line.chars().filter(|it| !is_block(*it)).collect::<String>();
    let shown: String =
        rig.lines().iter().map(letters).collect::<String>().split_whitespace().collect();
    assert_eq!(said, shown, "{name}");
    svg
}

#[test]
fn a_terminal_of_80_by_24_is_drawn() {
    let gun = || Simulation::builder().named("gosper-glider-gun").size(80, 46).build();
    let svg = draw("view-80x24.svg", gun, (80, 24), ("", 95));
    assert!(svg.starts_with("<svg ") && svg.contains(r#"width="640" height="384""#));
}

#[test]
fn a_terminal_of_200_by_50_is_drawn_with_its_figures() {
    let acorn =
        || Simulation::builder().named("acorn").topology(lifelab::Topology::infinite()).build();
    let svg = draw("view-200x50.svg", acorn, (200, 50), ("[", 150));
    assert!(svg.contains("memory</text>") && svg.contains(r#"width="1600" height="800""#));
}
