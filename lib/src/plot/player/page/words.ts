/** What a player says, in the language of the page. */
export interface Words {
  play: string;
  pause: string;
  loop: string;
  position: string;
  hint: string;
  sounds: string;
  time: (at: string, whole: string) => string;
}

const EN: Words = {
  play: 'Play',
  pause: 'Pause',
  loop: 'Loop',
  position: 'Position',
  hint: 'Click: go there. Drag: play this stretch again and again. Keys: Space, arrows, Home, End, [ and ] for a stretch, L, Escape.',
  sounds: 'Sound',
  time: (at, whole) => `${at} of ${whole}`,
};

const JA: Words = {
  play: '再生',
  pause: '一時停止',
  loop: 'くり返す',
  position: '再生位置',
  hint: 'クリックでその位置へ移動、ドラッグでその範囲をくり返し再生。キー：スペース、矢印、Home、End、[ と ]（範囲の始めと終わり）、L、Esc。',
  sounds: '音',
  time: (at, whole) => `${whole} のうち ${at}`,
};

export function wordsOf(element: Element): Words {
  return /^ja\b/.test(element.closest('[lang]')?.getAttribute('lang') ?? '') ? JA : EN;
}
