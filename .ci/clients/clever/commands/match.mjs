// What a case of the table wants an answer to be like: a pattern for text, the
// members that matter of an object, some of the elements of a list.

// Says of a list that no element is like this.
export const none = (wanted) => new None(wanted);

export class None {
  constructor(wanted) {
    this.wanted = wanted;
  }
}

// A list of n elements.
export const many = (n) => new Many(n);

class Many {
  constructor(n) {
    this.n = n;
  }
}

// Returns what differs, or '' when got is as wanted.
export function mismatch(got, wanted, at = 'it') {
  const differs = (want) => `${at} is ${show(got)} and not ${want}`;
  if (wanted instanceof RegExp) return wanted.test(String(got)) ? '' : differs(wanted);
  if (wanted instanceof Many) return got?.length === wanted.n ? '' : differs(`${wanted.n} long`);
  if (wanted instanceof None) {
    if (!Array.isArray(got)) return differs('a list');
    return got.some((each) => !mismatch(each, wanted.wanted)) ? `${at} still has ${show(wanted.wanted)}` : '';
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got)) return differs('a list');
    const missing = wanted.find((want) => (want instanceof None ? mismatch(got, want) : got.every((each) => mismatch(each, want))));
    return missing === undefined ? '' : `${at} has no ${show(missing)}: ${show(got)}`;
  }
  if (wanted !== null && typeof wanted === 'object') {
    if (got === null || typeof got !== 'object') return differs(show(wanted));
    return Object.entries(wanted).map(([name, want]) => mismatch(got[name], want, `${at}.${name}`)).find(Boolean) ?? '';
  }
  return got === wanted ? '' : differs(show(wanted));
}

function show(value) {
  const text = JSON.stringify(value, (_, each) => (each instanceof RegExp ? String(each) : each)) ?? 'missing';
  return text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
}
