//! Pictures, read again by decoders and compared with the cells.

use std::io::Cursor;

use lifelab_core::testing::oracle_after;
use lifelab_core::{Coordinate, Grid, Raster, Rule, Run, Soup, Topology, View};
use lifelab_pictures::{
    Coloring, Film, FilmOptions, Format, Layout, PictureError, Pixels, Theme, write,
};

/// Points as `[red, green, blue]`, row by row.
type Points = Vec<[u8; 3]>;

fn view(width: u32, height: u32) -> View {
    View { left: 0.into(), top: 0.into(), width, height, scale: 0 }
}

fn soup() -> Grid {
    Soup { density: 0.4, seed: 7 }.grid(19, 11).unwrap()
}

fn pixels(grid: &Grid, view: View) -> Pixels {
    Pixels::from(&raster(grid, view))
}

fn raster(grid: &Grid, view: View) -> Raster {
    let mut raster = Raster::default();
    raster.clear(view);
    for cell in grid.live_cells() {
        let at = |position: u32| Coordinate::from(i64::from(position));
        raster.add(Run::alive(at(cell.y), at(cell.x), at(cell.x)));
    }
    raster
}

/// What a picture is to show: each point asks its cell.
fn expected(grid: &Grid, layout: &Layout, theme: Theme) -> Points {
    let side = layout.side();
    let mut points = Vec::new();
    for y in 0..layout.height() {
        for x in 0..layout.width() {
            let is_line = layout.has_lines() && (x % side == 0 || y % side == 0);
            points.push(match is_line {
                true => theme.line,
                false if grid.get(lifelab_core::Cell::new(x / side, y / side)) => theme.live,
                false => theme.dead,
            });
        }
    }
    points
}

fn layouts() -> Vec<Layout> {
    let sizes = [(1, false), (2, true), (3, true), (7, false), (10, true)];
    sizes.map(|(side, lines)| Layout::new(view(19, 11), side, lines).unwrap()).to_vec()
}

/// The frames of an APNG, put together on a canvas.
fn read_png(bytes: &[u8]) -> Vec<Points> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let frames = reader.info().animation_control().map_or(1, |control| control.num_frames);
    let mut canvas = vec![[0; 3]; width * height];
    let mut pictures = Vec::new();
    for _ in 0..frames {
        let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut buffer).unwrap();
        let control = reader.info().frame_control();
        let (left, top) = control.map_or((0, 0), |it| (it.x_offset as usize, it.y_offset as usize));
        for (index, point) in buffer.chunks(3).take((info.width * info.height) as usize).enumerate()
        {
            let (x, y) = (index % info.width as usize, index / info.width as usize);
            canvas[(top + y) * width + left + x].copy_from_slice(point);
        }
        pictures.push(canvas.clone());
    }
    pictures
}

fn read_gif(bytes: &[u8]) -> Vec<Points> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).unwrap();
    let width = usize::from(decoder.width());
    let mut canvas = vec![[0; 3]; width * usize::from(decoder.height())];
    let mut pictures = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        for (index, point) in frame.buffer.chunks(4).enumerate() {
            let (x, y) = (index % usize::from(frame.width), index / usize::from(frame.width));
            let at = (usize::from(frame.top) + y) * width + usize::from(frame.left) + x;
            canvas[at].copy_from_slice(&point[..3]);
        }
        pictures.push(canvas.clone());
    }
    pictures
}

/// Raw video, whose header is told as it stands there.
fn read_y4m(bytes: &[u8]) -> (String, Vec<Points>) {
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    let header = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let number = |tag: char| -> usize {
        header.split(' ').find_map(|word| word.strip_prefix(tag)).unwrap().parse().unwrap()
    };
    let area = number('W') * number('H');
    let pictures = bytes[end + 1..].chunks(b"FRAME\n".len() + 3 * area).map(|picture| {
        let planes = picture.strip_prefix(b"FRAME\n").unwrap();
        let at = |plane: usize, point: usize| f64::from(planes[plane * area + point]);
        (0..area).map(|point| rgb([at(0, point), at(1, point), at(2, point)])).collect()
    });
    let pictures = pictures.collect();
    (header, pictures)
}

/// The inverse of ITU-R BT.601 in the narrow range, as its readers compute it.
fn rgb([y, blue, red]: [f64; 3]) -> [u8; 3] {
    let (y, blue, red) = (1.164_384 * (y - 16.0), blue - 128.0, red - 128.0);
    let parts = [y + 1.596_027 * red, y - 0.391_762 * blue - 0.812_968 * red, y + 2.017_232 * blue];
    parts.map(|part| part.round().clamp(0.0, 255.0) as u8)
}

fn read(format: Format, bytes: &[u8], theme: Theme) -> Vec<Points> {
    match format {
        Format::Gif => read_gif(bytes),
        Format::Y4m => read_y4m(bytes).1.into_iter().map(|points| exact(points, theme)).collect(),
        _ => read_png(bytes),
    }
}

/// Colors that raw video has rounded, as they are in the theme.
fn exact(points: Points, theme: Theme) -> Points {
    let mut colors = vec![theme.dead, theme.line, theme.sparse, theme.live];
    colors.extend(theme.ages);
    colors.extend(Theme::WORKERS.map(|hue| dimmed(hue, theme)));
    colors.extend(Theme::WORKERS);
    let is_like =
        |one: &[u8; 3], other: &[u8; 3]| one.iter().zip(other).all(|(a, b)| a.abs_diff(*b) <= 2);
    let of_theme = |point| colors.iter().copied().find(|color| is_like(color, &point));
    points.into_iter().map(|point| of_theme(point).unwrap_or(point)).collect()
}

#[test]
fn every_point_shows_its_cell() {
    let grid = soup();
    for layout in layouts() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            for format in [Format::Png, Format::Gif, Format::Apng, Format::Y4m] {
                let mut bytes = Vec::new();
                let pixels = pixels(&grid, layout.view());
                write(format, &layout, theme, "", &pixels, &mut bytes).unwrap();
                let expected = expected(&grid, &layout, theme);
                assert!(read(format, &bytes, theme) == [expected], "{format}, {layout:?}");
            }
        }
    }
}

/// The color of a dead cell with this hue: a quarter of it.
fn dimmed(hue: [u8; 3], theme: Theme) -> [u8; 3] {
    let part =
        |part: usize| (f64::from(theme.dead[part]) * 0.75 + f64::from(hue[part]) * 0.25) as u8;
    [part(0), part(1), part(2)]
}

/// What a cell is to look like whose shade or worker has this number.
fn hue(number: u32, coloring: Coloring, is_alive: bool, theme: Theme) -> [u8; 3] {
    let worker = Theme::WORKERS[number as usize % Theme::WORKERS.len()];
    match (coloring, is_alive) {
        (Coloring::None, true) => theme.live,
        (Coloring::None | Coloring::Age, false) => theme.dead,
        (Coloring::Age, true) => theme.ages[(number as usize).min(4)],
        (_, true) => worker,
        (_, false) => dimmed(worker, theme),
    }
}

#[test]
fn ages_and_workers_have_their_colors() {
    let (grid, layout) = (soup(), Layout::new(view(19, 11), 2, false).unwrap());
    let raster = raster(&grid, layout.view());
    // Of one in five cells nothing is known.
    let number = |pixel: usize| (!pixel.is_multiple_of(5)).then_some(pixel as u32 % 30);
    for coloring in [Coloring::None, Coloring::Age, Coloring::Worker] {
        for theme in [Theme::LIGHT, Theme::DARK] {
            let cell = |pixel: u32| {
                let is_alive = grid.get(lifelab_core::Cell::new(pixel % 19, pixel / 19));
                match number(pixel as usize) {
                    Some(number) => hue(number, coloring, is_alive, theme),
                    None => hue(0, Coloring::None, is_alive, theme),
                }
            };
            let cells: Points = (0..19 * 11).map(cell).collect();
            for format in [Format::Png, Format::Gif, Format::Apng, Format::Y4m] {
                let mut bytes = Vec::new();
                let pixels = Pixels::new(&raster, coloring, number);
                write(format, &layout, theme, "", &pixels, &mut bytes).unwrap();
                let points = read(format, &bytes, theme).remove(0);
                for (index, point) in points.iter().enumerate() {
                    let cell = cells[index / 38 / 2 * 19 + index % 38 / 2];
                    assert_eq!(*point, cell, "{format}, {coloring:?}, point {index}");
                }
            }
        }
    }
}

#[test]
fn large_squares_have_no_age() {
    let view = View { scale: 1, ..view(4, 4) };
    let (layout, raster) = (Layout::new(view, 1, false).unwrap(), raster(&soup(), view));
    let drawn = |coloring: Coloring| {
        let mut bytes = Vec::new();
        let pixels = Pixels::new(&raster, coloring, |_| Some(2));
        write(Format::Gif, &layout, Theme::DARK, "", &pixels, &mut bytes).unwrap();
        bytes
    };
    assert_eq!(drawn(Coloring::Age), drawn(Coloring::None));
    assert_ne!(drawn(Coloring::Worker), drawn(Coloring::None));
}

#[test]
fn numbers_stand_beside_the_cells_and_change_none() {
    let grid = soup();
    for (side, lines) in [(1, false), (3, true), (13, false), (20, true)] {
        let plain = Layout::new(view(19, 11), side, lines).unwrap();
        let layout = plain.with_labels().unwrap();
        let pixels = pixels(&grid, layout.view());
        let mut bytes = Vec::new();
        write(Format::Png, &layout, Theme::LIGHT, "", &pixels, &mut bytes).unwrap();
        let (left, top, width) = (layout.margin().0, layout.margin().1, layout.width());
        let points = (0..).zip(read_png(&bytes).remove(0));
        let points = points.map(|(index, point)| (index % width, index / width, point));
        let (cells, margin): (Vec<_>, Vec<_>) =
            points.partition(|(x, y, _)| *x >= left && *y >= top);
        let cells: Points = cells.into_iter().map(|(.., point)| point).collect();
        assert!(cells == expected(&grid, &plain, Theme::LIGHT), "{layout:?}");
        let Theme { dead, live, .. } = Theme::LIGHT;
        assert!(margin.iter().all(|(.., point)| [dead, live].contains(point)), "{layout:?}");
        let has_ink = |is_it: &dyn Fn(u32, u32) -> bool| {
            margin.iter().any(|(x, y, point)| *point == live && is_it(*x, *y))
        };
        assert!(has_ink(&|x, y| x >= left && y < top), "columns, {layout:?}");
        // Rows of one point are too few for a number beside them.
        assert_eq!(has_ink(&|x, y| x < left && y >= top), side > 1, "rows, {layout:?}");
    }
}

#[test]
fn numbers_in_a_drawing_of_shapes_are_text() {
    let view = View { left: (-3).into(), top: 0.into(), width: 4, height: 2, scale: 0 };
    let mut raster = Raster::default();
    raster.clear(view);
    let layout = Layout::new(view, 20, true).and_then(Layout::with_labels).unwrap();
    let mut svg = Vec::new();
    write(Format::Svg, &layout, Theme::LIGHT, "", &Pixels::from(&raster), &mut svg).unwrap();
    let svg = String::from_utf8(svg).unwrap();
    let texts = svg.split("</text>").filter_map(|piece| piece.rsplit_once('>'));
    let texts: Vec<_> = texts.map(|(_, text)| text.trim()).filter(|it| !it.is_empty()).collect();
    assert_eq!(texts, ["-3", "-2", "-1", "0", "0", "1"], "{svg}");
    // The margin is 9 and 11 points, and 20 are a cell.
    assert!(svg.contains(r#"width="90" height="52" viewBox="-0.45 -0.55 4.45 2.55""#), "{svg}");
}

#[test]
fn every_picture_of_a_film_is_its_generation() {
    for format in [Format::Gif, Format::Apng, Format::Y4m] {
        for layout in layouts() {
            let mut grids: Vec<_> = (0..12)
                .map(|generation| oracle_after(&soup(), generation, Rule::LIFE, Topology::Torus))
                .collect();
            grids.insert(3, grids[2].clone()); // Nothing changes.
            let mut bytes = Vec::new();
            let pictures = grids.len() as u32;
            let options = FilmOptions { pictures, delay_ms: 50, ..FilmOptions::default() };
            let mut film = Film::new(format, layout, options, &mut bytes).unwrap();
            grids.iter().for_each(|grid| film.push(&pixels(grid, layout.view())).unwrap());
            film.finish().unwrap();
            let expected: Vec<_> =
                grids.iter().map(|grid| expected(grid, &layout, Theme::LIGHT)).collect();
            assert!(read(format, &bytes, Theme::LIGHT) == expected, "{format}, {layout:?}");
        }
    }
}

#[test]
fn a_drawing_of_shapes_is_as_it_was() {
    let view = View { left: 0.into(), top: 0.into(), width: 4, height: 2, scale: 2 };
    let mut raster = Raster::default();
    raster.clear(view);
    let run = |y: i64, first: i64, last: i64| Run::alive(y.into(), first.into(), last.into());
    (0..4).for_each(|y| raster.add(run(y, 0, 7)));
    raster.add(run(5, 15, 15));
    let layout = Layout::new(view, 5, false).unwrap();
    let mut svg = Vec::new();
    write(
        Format::Svg,
        &layout,
        Theme::LIGHT,
        "a < b & \"c\"\u{7}",
        &Pixels::from(&raster),
        &mut svg,
    )
    .unwrap();
    let expected = r##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 4 2" shape-rendering="crispEdges"><title>a &lt; b &amp; "c"</title><path fill="#ffffff" d="M0 0h4v2H0z"/><path fill="#8a92a4" d="M3 1h1v1H3z"/><path fill="#1d2129" d="M0 0h2v1H0z"/></svg>
"##;
    assert_eq!(String::from_utf8(svg).unwrap(), expected);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_made() {
    for (width, height, side) in
        [(1_000_000, 1_000_000, 1), (u32::MAX, u32::MAX, u32::MAX), (65_536, 1, 1), (6_554, 1, 10)]
    {
        let error = Layout::new(view(width, height), side, false).unwrap_err();
        assert!(matches!(error, PictureError::TooLarge { .. }), "{error}");
        assert!(error.to_string().contains("smaller window"), "{error}");
    }
    for (width, height, side) in [(0, 1, 1), (1, 0, 1), (1, 1, 0)] {
        assert!(matches!(Layout::new(view(width, height), side, true), Err(PictureError::Empty)));
    }
    assert!(Layout::new(view(65_535, 4_000), 1, false).is_ok());
}

#[test]
fn a_film_without_room_for_films_is_refused() {
    let layout = Layout::new(view(2, 2), 1, false).unwrap();
    for format in [Format::Svg, Format::Png] {
        let error = Film::new(format, layout, FilmOptions::default(), Vec::new()).err().unwrap();
        assert!(error.to_string().contains("a GIF, an APNG or a Y4M"), "{error}");
    }
}

#[test]
fn an_apng_has_the_pictures_that_it_announces() {
    let layout = Layout::new(view(19, 11), 1, false).unwrap();
    let options = FilmOptions { pictures: 2, ..FilmOptions::default() };
    let mut film = Film::new(Format::Apng, layout, options, Vec::new()).unwrap();
    film.push(&pixels(&soup(), layout.view())).unwrap();
    assert!(film.finish().is_err(), "one is missing");
}

#[test]
fn raw_video_says_how_it_is_to_be_played() {
    let layout = Layout::new(view(19, 11), 3, true).unwrap();
    let mut bytes = Vec::new();
    let options = FilmOptions { delay_ms: 40, ..FilmOptions::default() };
    let mut film = Film::new(Format::Y4m, layout, options, &mut bytes).unwrap();
    film.push(&pixels(&soup(), layout.view())).unwrap();
    film.finish().unwrap();
    // Of yuv4mpeg(5): 58 x 34 points, 1000 / 40 pictures a second, square points, no chroma subsampling.
    assert_eq!(read_y4m(&bytes).0, "YUV4MPEG2 W58 H34 F1000:40 Ip A1:1 C444");
}

#[test]
fn extensions_tell_formats() {
    let of = |name: &str| Format::of_path(name.as_ref());
    assert_eq!(["a.svg", "b.PNG", "c.gif", "d.apng", "e.y4m"].map(of), Format::ALL.map(Some));
    assert_eq!(["a", "a.rle", ".png", "png"].map(of), [None; 4]);
}
