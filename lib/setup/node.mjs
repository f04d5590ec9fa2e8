/** What is wrong with this Node version, or undefined. Must itself run on any Node that knows ES modules. */
export function nodeProblem(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Node ${version} is too old: install Node 20.19 or later (https://nodejs.org, or nvm install 22).`;
}
