//! Making handles: a recorder and the labels that its series carry.

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};

/// Who asks; the exporter does not look at it.
static ORIGIN: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// A set of labels under which handles are registered.
pub(super) struct Series<'a> {
    recorder: &'a dyn Recorder,
    labels: Vec<Label>,
}

impl<'a> Series<'a> {
    /// Without labels.
    pub fn new(recorder: &'a dyn Recorder) -> Self {
        Self { recorder, labels: Vec::new() }
    }

    /// The same with one label more.
    pub fn with(&self, key: &'static str, value: &str) -> Self {
        let mut labels = self.labels.clone();
        labels.push(Label::new(key, value.to_owned()));
        Self { recorder: self.recorder, labels }
    }

    pub fn counter(&self, name: &'static str) -> Counter {
        self.recorder.register_counter(&self.key(name), &ORIGIN)
    }

    pub fn gauge(&self, name: &'static str) -> Gauge {
        self.recorder.register_gauge(&self.key(name), &ORIGIN)
    }

    pub fn histogram(&self, name: &'static str) -> Histogram {
        self.recorder.register_histogram(&self.key(name), &ORIGIN)
    }

    fn key(&self, name: &'static str) -> Key {
        Key::from_parts(name, self.labels.clone())
    }
}
