//! CRC32C against published values.

use crate::proxy::checksum::crc32c;

#[test]
fn the_check_value_of_the_crc_catalogue_comes_out() {
    assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
    assert_eq!(crc32c(&[b"1234", b"", b"56789"]), 0xe306_9283);
}

#[test]
fn the_values_of_rfc_3720_come_out() {
    assert_eq!(crc32c(&[&[0; 32]]), 0x8a91_36aa);
    assert_eq!(crc32c(&[&[0xff; 32]]), 0x62a8_ab43);
    let rising: Vec<u8> = (0..32).collect();
    assert_eq!(crc32c(&[&rising]), 0x46dd_794e);
}
