use crate::telemetry::metrics::sizes::{BOUNDS, BUCKETS, SizeBatch, SizeHistogram, bucket};

/// The definition that the arithmetic must agree with.
fn bucket_by_search(size: u64) -> usize {
    BOUNDS.iter().position(|bound| size <= *bound).unwrap_or(BUCKETS - 1)
}

#[test]
fn the_bounds_are_zero_and_the_powers_of_four_up_to_the_default_limit() {
    assert_eq!(BOUNDS[..4], [0, 16, 64, 256]);
    assert_eq!(BOUNDS[BOUNDS.len() - 1], 16 << 20);
    assert!(BOUNDS.is_sorted());
}

#[test]
fn a_size_on_a_bound_belongs_to_it_and_one_more_does_not() {
    for (index, bound) in BOUNDS.into_iter().enumerate() {
        assert_eq!(bucket(bound), index, "{bound}");
        assert_eq!(bucket(bound + 1), index + 1, "{bound} + 1");
    }
    assert_eq!(bucket(u64::MAX), BUCKETS - 1);
}

proptest::proptest! {
    #[test]
    fn every_size_is_in_the_first_bucket_that_holds_it(shift in 0_u32..64, low: u64) {
        let size = low >> shift;
        proptest::prop_assert_eq!(bucket(size), bucket_by_search(size));
    }
}

#[test]
fn a_batch_is_empty_after_it_was_taken() {
    let (histogram, mut batch) = (SizeHistogram::default(), SizeBatch::new());
    for size in [0, 1, 16, 17, 20 << 20] {
        batch.record(size);
    }
    assert_eq!((batch.messages(), batch.bytes()), (5, 34 + (20 << 20)));

    histogram.take(&mut batch);
    assert!(batch.is_empty());
    assert_eq!(batch.bytes(), 0);
    histogram.take(&mut batch);

    let seen = histogram.snapshot();
    assert_eq!(seen.counts, [1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(seen.bytes, 34 + (20 << 20));
    assert_eq!(histogram.messages(), 5);
}

#[test]
fn batches_of_many_threads_add_up() {
    let histogram = SizeHistogram::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut batch = SizeBatch::new();
                for round in 0..1000 {
                    batch.record(round);
                    if round % 7 == 0 {
                        histogram.take(&mut batch);
                    }
                }
                histogram.take(&mut batch);
            });
        }
    });
    assert_eq!(histogram.messages(), 4_000);
    assert_eq!(histogram.snapshot().bytes, 4 * 999 * 500);
}
