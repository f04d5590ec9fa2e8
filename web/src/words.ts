/** All that the page says. `{name}` stands for a value. */
const en = {
  title: 'onpa – a page that hears',
  heading: 'A page that hears',
  lead: 'Give it a sound, and it draws it as it plays and says which genre it hears.',
  private: 'All of it is computed in this page. Your sound goes nowhere.',
  otherLanguage: '日本語',
  toDark: 'Dark',
  toLight: 'Light',
  chooseFile: 'Choose a file',
  dropHere: 'or drop one anywhere on the page',
  record: 'Record',
  stopRecording: 'Stop recording',
  samples: 'Or try',
  medley: 'six genres',
  reggae: 'reggae',
  trumpet: 'a trumpet',
  speech: 'a voice',
  recording: 'Recording',
  play: 'Play',
  pause: 'Pause',
  seconds: '{rate} Hz, {duration}',
  live: 'As it sounds',
  liveLabel: 'Waveform and mel spectrogram of the last {seconds} seconds, as they are heard',
  secondsAgo: '{seconds} s ago',
  now: 'now',
  heard: 'What is heard',
  whole: 'The whole sound',
  waveform: 'Waveform',
  waveformLabel: 'Waveform of the whole sound',
  melLabel: 'Mel spectrogram of the whole sound',
  genres: 'Genres',
  timelineLabel: 'Scores of the labels over time',
  position: 'Position in the sound',
  positionValue: '{time} of {duration}',
  positionHeard: '{time} of {duration}, {label} {score}',
  windows: 'Each column hears five seconds around it, the next one a second later.',
  idle: 'Press play, and the sound is drawn here.',
  shortWindow: 'The sound is shorter than five seconds and is heard as a whole.',
  table: 'The timeline as a table',
  from: 'from',
  to: 'to',
  label: 'label',
  score: 'mean score',
  save: 'Save all scores (CSV)',
  keep: 'Save the recording (WAV)',
  decoding: 'Drawing …',
  loadingModel: 'Loading the model {model} …',
  progress: '{done} of {total} windows heard',
  cancel: 'Cancel',
  cancelled: 'Cancelled after {done} of {total} windows.',
  done: 'Heard in full. Most of the time: {label}.',
  doneShort: 'Heard in full: {label}.',
  asksHub:
    'The model {model} comes from the Hugging Face Hub: for its files alone this page asks huggingface.co. Your sound stays here all the same.',
  modelHere: 'Model: {model}, beside this page.',
  modelHub: 'Model: {model}, of the Hugging Face Hub.',
  cannotDecode:
    '“{name}” cannot be decoded here: it is no sound, is damaged, or has a format that this browser does not know. WAV, FLAC, MP3 and Ogg work in most.',
  tooShort: '“{name}” is too short for the model.',
  cannotClassify: 'The model {model} cannot hear this sound: {detail}',
  noModel:
    'There is no model {model} beside this page that can be run, so nothing is said about genres; the rest goes on. A folder with onnx/model.onnx is shown with: npm run web -- FOLDER',
  noHubModel:
    'The Hub does not give a model {model} that can be run here, so nothing is said about genres; the rest goes on. Its name, the network, or its file onnx/model.onnx may be what is missing.',
  badModel: '“{model}” is no name of a model: give a folder’s name or owner/name.',
  cannotPlay: 'This browser cannot play “{name}”.',
  noSample: 'The sample cannot be loaded: {detail}',
  microphoneRefused: 'The microphone may not be used: allow it for this page in the browser, and press Record again.',
  microphoneMissing: 'There is no microphone that can be used: {detail}',
  emptyRecording: 'Nothing was recorded.',
  aboutSound:
    'Waveform and mel spectrogram come from onpa/dsp, the scores from a model of the course in ONNX Runtime, by Transformers.js. After the first visit the page works without a network.',
  aboutModel:
    'mini-genres is small and has learnt from composed clips. It knows ten genres and no “none of these”: what it says of speech or of your favourite record is a guess.',
  credits:
    'Samples: composed for onpa and played by FluidSynth with FluidR3 GM (Frank Wen, MIT); the voice is Heather Barnett reading Sense and Sensibility for LibriVox, from LibriSpeech, under',
  licences: 'Licences of what the page is made of',
} as const;

export type Word = keyof typeof en;

const ja: Record<Word, string> = {
  title: 'onpa – 聞くページ',
  heading: '聞くページ',
  lead: '音を渡すと、鳴るままに描き、どのジャンルに聞こえるかを答えます。',
  private: '計算はすべてこのページの中で行われます。音はどこにも送られません。',
  otherLanguage: 'English',
  toDark: '暗い表示',
  toLight: '明るい表示',
  chooseFile: 'ファイルを選ぶ',
  dropHere: 'またはこのページにドロップ',
  record: '録音する',
  stopRecording: '録音を止める',
  samples: '試してみる',
  medley: '六つのジャンル',
  reggae: 'レゲエ',
  trumpet: 'トランペット',
  speech: '朗読',
  recording: '録音',
  play: '再生',
  pause: '一時停止',
  seconds: '{rate} Hz、{duration}',
  live: 'いま鳴っている音',
  liveLabel: '直前 {seconds} 秒間の波形とメルスペクトログラム',
  secondsAgo: '{seconds} 秒前',
  now: 'いま',
  heard: '聞こえているもの',
  whole: '音の全体',
  waveform: '波形',
  waveformLabel: '音全体の波形',
  melLabel: '音全体のメルスペクトログラム',
  genres: 'ジャンル',
  timelineLabel: '時間ごとの各ラベルのスコア',
  position: '音の中の位置',
  positionValue: '{duration} のうち {time}',
  positionHeard: '{duration} のうち {time}、{label} {score}',
  windows: '一つの列は、前後合わせて 5 秒を聞いた答えです。次の列は 1 秒後です。',
  idle: '再生すると、ここに音が描かれます。',
  shortWindow: '5 秒より短い音なので、全体を一度に聞いています。',
  table: 'タイムラインを表で見る',
  from: '開始',
  to: '終了',
  label: 'ラベル',
  score: '平均スコア',
  save: 'すべてのスコアを保存（CSV）',
  keep: '録音を保存（WAV）',
  decoding: '描いています…',
  loadingModel: 'モデル {model} を読み込んでいます…',
  progress: '{total} 個の窓のうち {done} 個を聞きました',
  cancel: '中止',
  cancelled: '{total} 個の窓のうち {done} 個で中止しました。',
  done: '最後まで聞きました。いちばん長いのは {label} です。',
  doneShort: '最後まで聞きました：{label}',
  asksHub:
    'モデル {model} は Hugging Face Hub から読み込みます。そのファイルのためにだけ huggingface.co に接続します。音は、この場合もどこにも送られません。',
  modelHere: 'モデル：{model}（このページに付属）',
  modelHub: 'モデル：{model}（Hugging Face Hub）',
  cannotDecode:
    '「{name}」はデコードできません。音のファイルではないか、壊れているか、このブラウザーの知らない形式です。WAV、FLAC、MP3、Ogg なら、たいていのブラウザーで開けます。',
  tooShort: '「{name}」は、このモデルには短すぎます。',
  cannotClassify: 'モデル {model} はこの音を聞けません：{detail}',
  noModel:
    '動かせるモデル {model} がこのページにないので、ジャンルは答えられません。ほかの機能は使えます。onnx/model.onnx のあるフォルダーは npm run web -- FOLDER で使えます。',
  noHubModel:
    'ここで動かせるモデル {model} を Hub から読み込めないので、ジャンルは答えられません。ほかの機能は使えます。名前、ネットワーク、onnx/model.onnx のどれかに問題があるようです。',
  badModel: '「{model}」はモデルの名前ではありません。フォルダーの名前か owner/name を指定してください。',
  cannotPlay: 'このブラウザーでは「{name}」を再生できません。',
  noSample: 'サンプルを読み込めません：{detail}',
  microphoneRefused: 'マイクを使えません。ブラウザーでこのページに許可してから、もう一度「録音する」を押してください。',
  microphoneMissing: '使えるマイクがありません：{detail}',
  emptyRecording: '何も録音されませんでした。',
  aboutSound:
    '波形とメルスペクトログラムは onpa/dsp が、スコアは教材のモデルが計算します。モデルは Transformers.js を通して ONNX Runtime で動きます。一度開けば、次からはネットワークなしで使えます。',
  aboutModel:
    'mini-genres は、作曲されたクリップで学習した小さなモデルです。知っているのは 10 のジャンルだけで、「どれでもない」とは答えられません。話し声やお気に入りの曲への答えは、当て推量です。',
  credits:
    'サンプル：onpa のために作曲し、FluidSynth と FluidR3 GM（Frank Wen、MIT）で演奏しました。朗読は、Heather Barnett による Sense and Sensibility（LibriVox、LibriSpeech より）で、ライセンスは',
  licences: 'このページに使われているもののライセンス',
};

export const WORDS = { en, ja } satisfies Record<string, Record<Word, string>>;

export type Language = keyof typeof WORDS;

/** Values of a sentence; those that are words themselves are translated, too. */
export type Values = Readonly<Record<string, string | number>>;

let language: Language = 'en';

/** The sentence in the page's language. */
export function word(key: Word, values: Values = {}): string {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

export function pageLanguage(): Language {
  return language;
}

/** Has an element say something, also after the language has changed. */
export function say(element: HTMLElement, key: Word, values: Values = {}): void {
  element.dataset.word = key;
  element.dataset.values = JSON.stringify(values);
  element.textContent = word(key, values);
}

/** Has an element say nothing. */
export function hush(element: HTMLElement): void {
  delete element.dataset.word;
  element.textContent = '';
}

/** Says all of the page in a language: texts by `data-word`, names for screen readers by `data-label`. */
export function speak(chosen: Language): void {
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = word('title');
  for (const element of document.querySelectorAll<HTMLElement>('[data-word]')) {
    element.textContent = word(element.dataset.word as Word, JSON.parse(element.dataset.values ?? '{}'));
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', word(element.dataset.label as Word, JSON.parse(element.dataset.values ?? '{}')));
  }
}
