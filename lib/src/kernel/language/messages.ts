import type ts from 'typescript';

/** One of the messages that a diagnostic consists of: the last is the most exact. */
export interface Message {
  code: number;
  text: string;
}

const NO_OVERLOAD = 2769;
/** "Object literal may only specify known properties …" */
export const UNKNOWN_PROPERTY: readonly number[] = [2353, 2561];

/** The messages of a diagnostic from the most general; where there are several signatures, of the one that was meant. */
export function messagesOf({ code, messageText, file, start }: ts.Diagnostic): Message[] {
  if (typeof messageText === 'string') return [{ code, text: messageText }];
  const ways = waysThrough(messageText);
  if (messageText.code !== NO_OVERLOAD) return ways[0];
  // The signature that got furthest: an unknown option means that all before it was right.
  const rank = (way: Message[]): number => {
    const name = /'([^']+)' does not exist in type/.exec(way.find(isUnknownProperty)?.text ?? '')?.[1];
    return name === undefined ? -1 : (file?.text.indexOf(name, start) ?? 0);
  };
  const best = ways.toSorted((a, b) => rank(b) - rank(a))[0];
  // Without 'No overload matches this call.' and 'Overload 1 of 2, …'.
  return best.slice(2);
}

export function isUnknownProperty({ code }: Message): boolean {
  return UNKNOWN_PROPERTY.includes(code);
}

function waysThrough({ code, messageText: text, next }: ts.DiagnosticMessageChain): Message[][] {
  const own = { code, text };
  if (!next || next.length === 0) return [[own]];
  return next.flatMap(waysThrough).map((way) => [own, ...way]);
}
