// The service side of node's net module: gives back what comes, to its end.
//
// usage: node net_echo.js PATH      (a Unix socket's path, or \\.\pipe\NAME)
//
// Prints "listening" when it can be reached.
'use strict';

const net = require('node:net');

const server = net.createServer((socket) => {
  socket.on('error', (error) => console.log(`connection: ${error.code}`));
  socket.pipe(socket);
});
server.on('error', (error) => {
  console.log(`listen: ${error.code}`);
  process.exit(1);
});
server.listen(process.argv[2], () => console.log('listening'));
