import { upgrade } from './player.js';

// The figures stand before the script that belongs to them; where a program has moved it, all are looked for.
const before = document.currentScript?.previousElementSibling;
const hosts = before?.matches('.onpa-player') ? [before] : Array.from(document.querySelectorAll('.onpa-player'));
for (const host of hosts) upgrade(host as HTMLElement);
