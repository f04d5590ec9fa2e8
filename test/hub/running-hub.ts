import { HubServer } from './server.js';
import { writeRoutes } from './server-writes.js';
import { whoAmIRoute } from './whoami-route.js';

/** A Hub with all its routes, which listens on this machine. */
export async function startHub(): Promise<HubServer> {
  const hub = new HubServer();
  hub.routes.push(...writeRoutes, whoAmIRoute);
  await hub.start();
  return hub;
}

/** Runs `use` with a Hub on this machine. */
export async function withHub(use: (hub: HubServer) => Promise<void>): Promise<void> {
  const hub = await startHub();
  try {
    await use(hub);
  } finally {
    await hub.stop();
  }
}
