/** The script of page/ in one piece, without `</script`: the build (lib/bundle.mjs) makes this module of it, in `dist`. */
export const PLAYER_SCRIPT: string;
