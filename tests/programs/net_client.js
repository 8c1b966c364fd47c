// The client side of node's net module: writes, and compares what comes back.
//
// usage: node net_client.js PATH BYTES      (a Unix socket's path, or \\.\pipe\NAME)
//
// Reads while it writes, in pieces of its own choice. Ends with the line
// "ok BYTES" when all has come back as it was sent.
'use strict';

const net = require('node:net');
const crypto = require('node:crypto');

const total = Number(process.argv[3]);
const sent = crypto.createHash('sha256');
const back = crypto.createHash('sha256');
let left = total;
let received = 0;

function fail(what) {
  console.log(what);
  process.exit(1);
}

const socket = net.connect(process.argv[2]);

function write() {
  while (left > 0) {
    const piece = crypto.randomBytes(Math.min(left, 1 + Math.floor(Math.random() * 200000)));
    left -= piece.length;
    sent.update(piece);
    if (!socket.write(piece)) {
      socket.once('drain', write);
      return;
    }
  }
}

socket.on('connect', write);
socket.on('error', (error) => fail(`${error.code} after ${received} bytes`));
socket.on('end', () => fail(`the end after ${received} bytes of ${total}`));
socket.on('data', (data) => {
  received += data.length;
  back.update(data);
  if (received === total) {
    if (sent.digest('hex') !== back.digest('hex')) fail('not what was sent');
    console.log(`ok ${received}`);
    process.exit(0);
  }
});
