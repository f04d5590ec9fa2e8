import { Agent } from 'node:http';

// What Debian's Node.js 20.19.2 does: idle connections have a listener for data. For `node --require`.

type Keep = (socket: NodeJS.ReadableStream) => boolean;
const prototype = Agent.prototype as unknown as { keepSocketAlive: Keep };
const { keepSocketAlive } = prototype;
prototype.keepSocketAlive = function (socket) {
  socket.on('data', () => {});
  return keepSocketAlive.call(this, socket);
};
