/** Text as it may stand in HTML, in attributes too. */
export const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
