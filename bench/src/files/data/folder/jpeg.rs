//! Decides whether the data of a JPEG that lacks its end marker are complete (ITU-T T.81, annex B): every scan that its
//! components need, every restart interval of each scan, and the last scan to its end.

use std::collections::HashSet;

use image::ImageFormat;

use super::decode::decode;

/// Returns whether only the end marker is missing.
pub(super) fn lacks_only_its_end(bytes: &[u8]) -> bool {
    Parsed::of(bytes).is_some_and(|parsed| parsed.has_all_scans() && parsed.has_all_intervals())
        && last_scan_ends(bytes)
}

/// Returns whether the last scan is complete. A decoder that has all data never looks at what follows them, and gives
/// the same image for any such bytes. If data are missing, it takes what follows for them.
///
/// Zeros at the end are what a file system leaves in place of data, and a decoder would take them for the ends of
/// blocks. They are left out. A single zero may be data, and so may one after FF.
fn last_scan_ends(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let plain = &bytes[..bytes.len() - zeros];
    let halved = plain.iter().rev().take_while(|byte| **byte == 0xFF).count();
    let kept = if zeros == 1 || (zeros > 0 && halved > 0) { 1 } else { 0 };
    let ends = [plain.len() + kept, plain.len() - halved];
    ends.iter().take(1 + halved.min(1)).any(|end| whatever_follows(&bytes[..*end]))
}

fn whatever_follows(bytes: &[u8]) -> bool {
    let followed = |byte: u8| {
        let rest = [vec![byte; 4096], vec![0xFF, 0xD9]].concat();
        decode(&[bytes, rest.as_slice()].concat(), ImageFormat::Jpeg).ok().map(|image| image.to_rgb8())
    };
    let images = [0x00, 0x55, 0xAA, 0xE7].map(followed);
    images[0].is_some() && images.iter().all(|image| *image == images[0])
}

/// A component, with its number and how often it is sampled in each direction.
struct Component {
    id: u8,
    across: usize,
    down: usize,
}

/// A scan, with its components, coefficients, the last bit that it leaves out, and restarts expected and found.
struct Scan {
    components: Vec<u8>,
    coefficients: (u8, u8),
    low: u8,
    interval: usize,
    restarts: usize,
}

/// Holds what the segments say.
#[derive(Default)]
struct Parsed {
    width: usize,
    height: usize,
    components: Vec<Component>,
    progressive: bool,
    interval: usize,
    scans: Vec<Scan>,
}

impl Parsed {
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut parsed = Parsed::default();
        let mut rest = bytes.get(2..)?;
        while let Some(start) = rest.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF)) {
            let marker = rest[start + 1];
            rest = &rest[start + 2..];
            if matches!(marker, 0x01 | 0xD0..=0xD8) {
                continue;
            }
            let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
            let segment = rest.get(2..length)?;
            rest = &rest[length..];
            match marker {
                0xC0..=0xC2 => parsed.frame(marker, segment)?,
                0xDD => parsed.interval = usize::from(u16::from_be_bytes(*segment.first_chunk()?)),
                0xDA => parsed.scan(segment, rest)?,
                _ => {}
            }
        }
        Some(parsed)
    }

    fn frame(&mut self, marker: u8, segment: &[u8]) -> Option<()> {
        let number = |at: usize| Some(usize::from(u16::from_be_bytes(*segment.get(at..)?.first_chunk()?)));
        (self.height, self.width, self.progressive) = (number(1)?, number(3)?, marker == 0xC2);
        let component =
            |part: &[u8]| Component { id: part[0], across: (part[1] >> 4).into(), down: (part[1] & 15).into() };
        self.components = segment.get(6..)?.chunks_exact(3).map(component).collect();
        Some(())
    }

    fn scan(&mut self, segment: &[u8], data: &[u8]) -> Option<()> {
        let count = usize::from(*segment.first()?);
        let components = segment.get(1..1 + 2 * count)?.chunks_exact(2).map(|part| part[0]).collect();
        let [first, last, bits] = *segment.get(1 + 2 * count..)?.first_chunk()?;
        let restart = |pair: &&[u8]| pair[0] == 0xFF && (0xD0..=0xD7).contains(&pair[1]);
        let other = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF | 0xD0..=0xD7);
        let end = data.windows(2).position(other).unwrap_or(data.len());
        let restarts = data[..end].windows(2).filter(restart).count();
        let (coefficients, low, interval) = ((first, last), bits & 15, self.interval);
        self.scans.push(Scan { components, coefficients, low, interval, restarts });
        Some(())
    }

    /// Returns whether every coefficient of every component is coded to its last bit.
    fn has_all_scans(&self) -> bool {
        let mut whole: HashSet<(u8, u8)> = HashSet::new();
        for scan in self.scans.iter().filter(|scan| scan.low == 0 || !self.progressive) {
            let (first, last) = if self.progressive { scan.coefficients } else { (0, 63) };
            whole.extend(scan.components.iter().flat_map(|id| (first..=last.min(63)).map(|index| (*id, index))));
        }
        let complete = |component: &Component| (0..64).all(|index| whole.contains(&(component.id, index)));
        !self.components.is_empty() && self.components.iter().all(complete)
    }

    fn has_all_intervals(&self) -> bool {
        self.scans.iter().filter(|scan| scan.interval > 0).all(|scan| {
            let units = self.units(&scan.components);
            units.is_some_and(|units| scan.restarts + 1 >= units.div_ceil(scan.interval))
        })
    }

    /// Returns the units that a scan codes: blocks of its only component, or groups of blocks of all.
    fn units(&self, components: &[u8]) -> Option<usize> {
        let across = self.components.iter().map(|component| component.across).max().filter(|most| *most > 0)?;
        let down = self.components.iter().map(|component| component.down).max().filter(|most| *most > 0)?;
        let Some(single) = self.components.iter().find(|component| components == [component.id]) else {
            return Some(self.width.div_ceil(8 * across) * self.height.div_ceil(8 * down));
        };
        let wide = (self.width * single.across).div_ceil(across).div_ceil(8);
        Some(wide * (self.height * single.down).div_ceil(down).div_ceil(8))
    }
}
