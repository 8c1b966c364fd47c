//! Chromium without a window: what a page looks like, and what its script has
//! made of it.

mod session;

use std::io::BufReader;
use std::net::SocketAddr;
use std::process::Output;

pub use self::session::Session;
use super::Site;
use super::program::{Program, piped};

/// What the reader has told the browser to prefer; Blink's own numbers.
#[derive(Debug, Clone, Copy)]
pub enum Scheme {
    Dark = 0,
    Light = 1,
}

/// What the script of the page has made of it, as HTML.
pub fn dom(site: &Site, at: SocketAddr) -> String {
    let output = chromium(site, Scheme::Light, &["--dump-dom", &format!("http://{at}/")]);
    String::from_utf8(output.stdout).unwrap()
}

/// A picture of the page in a window of this size.
pub fn picture(site: &Site, at: SocketAddr, scheme: Scheme, size: (u32, u32)) -> Picture {
    let file = site.at(&format!("{scheme:?}.png"));
    let (width, height) = size;
    let arguments = [
        &format!("--screenshot={file}"),
        &format!("--window-size={width},{height}"),
        "--hide-scrollbars",
        &format!("http://{at}/"),
    ];
    chromium(site, scheme, &arguments);
    Picture::read(&file)
}

/// Runs it, and holds the page to a silent console: an error of the script is
/// there, and so is all that the page's policy has kept out.
fn chromium(site: &Site, scheme: Scheme, arguments: &[&str]) -> Output {
    let mut command = piped("chromium");
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", site.at("chromium")))
        // The page's own clock: it has come to rest before it is looked at.
        .arg("--virtual-time-budget=3000")
        .arg(format!("--blink-settings=preferredColorScheme={}", scheme as u8))
        .args(arguments);
    let output = Program::start(&mut command).output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let console: Vec<_> = said.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
    output
}

/// A decoded picture: 8 bits a colour.
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn read(file: &str) -> Self {
        let mut decoder = png::Decoder::new(BufReader::new(std::fs::File::open(file).unwrap()));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        let samples = info.color_type.samples();
        assert!(samples >= 3, "{info:?}");
        let pixels = bytes[..info.buffer_size()].chunks_exact(samples);
        let pixels = pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self { width: info.width, height: info.height, pixels }
    }

    /// How many pixels have this colour, or nearly, between these columns and
    /// rows.
    pub fn count(
        &self,
        colour: [u8; 3],
        columns: std::ops::Range<u32>,
        rows: std::ops::Range<u32>,
    ) -> usize {
        let near = |pixel: &[u8; 3]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 24);
        let columns = columns.start as usize..columns.end.min(self.width) as usize;
        let rows = rows.start..rows.end.min(self.height);
        let row = |y: u32| &self.pixels[(y * self.width) as usize..][columns.clone()];
        rows.map(|y| row(y).iter().filter(|pixel| near(pixel)).count()).sum()
    }

    /// The colour of most pixels.
    pub fn ground(&self) -> [u8; 3] {
        let mut counts = std::collections::HashMap::new();
        for pixel in &self.pixels {
            *counts.entry(*pixel).or_insert(0_usize) += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).unwrap().0
    }
}
