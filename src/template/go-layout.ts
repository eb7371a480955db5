/** Go's date layouts: "2006-01-02 15:04:05.000 -0700 MST", for formatting and for parsing. */
import { civilFromDays, daysFromCivil, daysIn, weekdayOfDays } from './civil.js';
import { fixedZone, type Location, utc } from './time-zone.js';

type Element =
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'Z0700'
  | 'Z070000'
  | 'Z07'
  | 'Z07:00'
  | 'Z07:00:00'
  | '-0700'
  | '-070000'
  | '-07'
  | '-07:00'
  | '-07:00:00'
  | 'fraction';

interface Chunk {
  /** Text before the element. */
  readonly prefix: string;
  /** null at the end of the layout. */
  readonly element: Element | null;
  /** The element as the layout writes it. */
  readonly text: string;
}

const months = 'January February March April May June July August September October November December'.split(' ');
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
export const monthName = (month: number): string => months[month - 1] ?? `%!Month(${month})`;
export const weekdayName = (weekday: number): string => weekdays[weekday] as string;

/** Longest first where one begins another. */
const fixedElements: Readonly<Record<string, readonly Element[]>> = {
  J: ['January', 'Jan'],
  M: ['Monday', 'Mon', 'MST'],
  '0': ['01', '02', '03', '04', '05', '06', '002'],
  '1': ['15', '1'],
  '2': ['2006', '2'],
  _: ['_2', '__2'],
  '3': ['3'],
  '4': ['4'],
  '5': ['5'],
  P: ['PM'],
  p: ['pm'],
  '-': ['-070000', '-07:00:00', '-0700', '-07:00', '-07'],
  Z: ['Z070000', 'Z07:00:00', 'Z0700', 'Z07:00', 'Z07'],
};

/** Splits a layout into elements and the text between; the last chunk has none. */
export function parseLayout(layout: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  for (let i = 0; i < layout.length; ) {
    const found = elementAt(layout, i);
    if (found === null) {
      i++;
      continue;
    }
    chunks.push({
      prefix: layout.slice(from, found.start),
      element: found.element,
      text: layout.slice(found.start, found.end),
    });
    i = found.end;
    from = i;
  }
  chunks.push({ prefix: layout.slice(from), element: null, text: '' });
  return chunks;
}

function elementAt(layout: string, i: number): { element: Element; start: number; end: number } | null {
  const ch = layout[i] as string;
  if (ch === '.' || ch === ',') {
    const run = /^[.,](?:0+|9+)(?![0-9])/.exec(layout.slice(i));
    return run === null ? null : { element: 'fraction', start: i, end: i + run[0].length };
  }
  // In _2006 the underscore is text.
  if (ch === '_' && layout.startsWith('2006', i + 1)) return { element: '2006', start: i + 1, end: i + 5 };
  for (const element of fixedElements[ch] ?? []) {
    if (!layout.startsWith(element, i)) continue;
    const end = i + element.length;
    // "Month" and "January" are not "Mon" and "Jan".
    if ((element === 'Jan' || element === 'Mon') && /^[a-z]/.test(layout.slice(end, end + 1))) continue;
    return { element, start: i, end };
  }
  return null;
}

/** A point in time with the place that it is shown in. */
export interface Moment {
  /** Whole seconds since 1970, rounded down. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
  readonly location: Location;
}

const pad = (n: number, width: number): string =>
  n < 0 ? `-${String(-n).padStart(width, '0')}` : String(n).padStart(width, '0');

export function formatMoment(moment: Moment, layout: string): string {
  const { abbreviation, offsetSeconds } = moment.location.at(moment.seconds);
  const local = moment.seconds + offsetSeconds;
  const days = Math.floor(local / 86_400);
  const secondOfDay = local - days * 86_400;
  const { year, month, day, yearDay } = civilFromDays(days);
  const hour = Math.floor(secondOfDay / 3600);
  const minute = Math.floor(secondOfDay / 60) % 60;
  const second = secondOfDay % 60;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  let out = '';
  for (const { prefix, element, text } of parseLayout(layout)) {
    out += prefix;
    switch (element) {
      case null:
        break;
      case 'January':
        out += monthName(month);
        break;
      case 'Jan':
        out += monthName(month).slice(0, 3);
        break;
      case '1':
      case '01':
        out += pad(month, element.length);
        break;
      case 'Monday':
        out += weekdayName(weekdayOfDays(days));
        break;
      case 'Mon':
        out += weekdayName(weekdayOfDays(days)).slice(0, 3);
        break;
      case '2':
      case '02':
        out += pad(day, element.length);
        break;
      case '_2':
        out += String(day).padStart(2);
        break;
      case '__2':
        out += String(yearDay).padStart(3);
        break;
      case '002':
        out += pad(yearDay, 3);
        break;
      case '15':
        out += pad(hour, 2);
        break;
      case '3':
      case '03':
        out += pad(hour12, element.length);
        break;
      case '4':
      case '04':
        out += pad(minute, element.length);
        break;
      case '5':
      case '05':
        out += pad(second, element.length);
        break;
      case '2006':
        out += pad(year, 4);
        break;
      case '06':
        out += pad(Math.abs(year) % 100, 2);
        break;
      case 'PM':
        out += hour >= 12 ? 'PM' : 'AM';
        break;
      case 'pm':
        out += hour >= 12 ? 'pm' : 'am';
        break;
      case 'MST':
        out += abbreviation === '' ? formatOffset(offsetSeconds, '-0700') : abbreviation;
        break;
      case 'fraction':
        out += formatFraction(moment.nanos, text);
        break;
      default:
        out += element.startsWith('Z') && offsetSeconds === 0 ? 'Z' : formatOffset(offsetSeconds, element);
    }
  }
  return out;
}

function formatOffset(offsetSeconds: number, element: string): string {
  // Go divides towards zero before it looks at the sign.
  const minutes = Math.trunc(offsetSeconds / 60);
  const colon = element.includes(':') ? ':' : '';
  const size = element.replaceAll(':', '').length;
  let out = `${minutes < 0 ? '-' : '+'}${pad(Math.trunc(Math.abs(minutes) / 60), 2)}`;
  if (size > 3) out += `${colon}${pad(Math.abs(minutes) % 60, 2)}`;
  if (size > 5) out += `${colon}${pad(Math.abs(offsetSeconds) % 60, 2)}`;
  return out;
}

/** `text` is the layout's ".000" or ",999". */
function formatFraction(nanos: number, text: string): string {
  const digits = pad(nanos, 9)
    .slice(0, text.length - 1)
    .padEnd(text.length - 1 > 9 ? 9 : 0, '0');
  if (text[1] === '0') return `${text[0]}${digits}`;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : `${text[0]}${trimmed}`;
}

/** time.ParseInLocation; null where it fails. */
export function parseMoment(layout: string, value: string, location: Location): Moment | null {
  try {
    return new MomentParser(layout, value).parse(location);
  } catch (e) {
    if (e instanceof BadTime) return null;
    throw e;
  }
}

/** The value does not fit the layout, or a field is out of range. */
class BadTime extends Error {
  override readonly name = 'BadTime';
}

const bad = (): never => {
  throw new BadTime();
};

class MomentParser {
  readonly #layout: string;
  #rest: string;
  #year = 0;
  #month = -1;
  #day = -1;
  #yearDay = -1;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanos = 0;
  #half: 'am' | 'pm' | null = null;
  #isUtc = false;
  #offset: number | null = null;
  #zoneName = '';

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#rest = value;
  }

  parse(location: Location): Moment {
    const chunks = parseLayout(this.#layout);
    chunks.forEach((chunk, i) => {
      this.#skip(chunk.prefix);
      if (chunk.element === null) {
        if (this.#rest !== '') bad();
      } else this.#element(chunk.element, chunk.text, chunks[i + 1]);
    });
    return this.#moment(location);
  }

  /** Takes a match at the front, or fails. */
  #take(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0] ?? bad();
    this.#rest = this.#rest.slice(found.length);
    return found;
  }

  #number(pattern: RegExp, min: number, max: number): number {
    const n = Number(this.#take(pattern));
    return n < min || n > max ? bad() : n;
  }

  /** Runs of blanks equal each other. */
  #skip(prefix: string): void {
    for (let i = 0; i < prefix.length; i++) {
      if (prefix[i] !== ' ') {
        if (this.#rest[0] !== prefix[i]) bad();
        this.#rest = this.#rest.slice(1);
        continue;
      }
      if (this.#rest !== '' && this.#rest[0] !== ' ') bad();
      while (prefix[i + 1] === ' ') i++;
      this.#rest = this.#rest.replace(/^ +/, '');
    }
  }

  #name(names: readonly string[]): number {
    const lower = this.#rest.toLowerCase();
    const index = names.findIndex((name) => lower.startsWith(name.toLowerCase()));
    if (index < 0) bad();
    this.#rest = this.#rest.slice((names[index] as string).length);
    return index;
  }

  #element(element: Element, text: string, next: Chunk | undefined): void {
    switch (element) {
      case 'January':
        this.#month = this.#name(months) + 1;
        break;
      case 'Jan':
        this.#month = this.#name(months.map((name) => name.slice(0, 3))) + 1;
        break;
      case '1':
        this.#month = this.#number(/^[0-9]{1,2}/, 1, 12);
        break;
      case '01':
        this.#month = this.#number(/^[0-9]{2}/, 1, 12);
        break;
      case 'Monday':
        this.#name(weekdays);
        break;
      case 'Mon':
        this.#name(weekdays.map((name) => name.slice(0, 3)));
        break;
      case '_2':
        this.#rest = this.#rest.replace(/^ /, '');
        this.#day = this.#number(/^[0-9]{1,2}/, 0, 99);
        break;
      case '2':
        this.#day = this.#number(/^[0-9]{1,2}/, 0, 99);
        break;
      case '02':
        this.#day = this.#number(/^[0-9]{2}/, 0, 99);
        break;
      case '__2':
        this.#rest = this.#rest.replace(/^ {1,2}/, '');
        this.#yearDay = this.#number(/^[0-9]{1,3}/, 0, 999);
        break;
      case '002':
        this.#yearDay = this.#number(/^[0-9]{3}/, 0, 999);
        break;
      case '15':
        this.#hour = this.#number(/^[0-9]{1,2}/, 0, 23);
        break;
      case '3':
        this.#hour = this.#number(/^[0-9]{1,2}/, 0, 12);
        break;
      case '03':
        this.#hour = this.#number(/^[0-9]{2}/, 0, 12);
        break;
      case '4':
        this.#minute = this.#number(/^[0-9]{1,2}/, 0, 59);
        break;
      case '04':
        this.#minute = this.#number(/^[0-9]{2}/, 0, 59);
        break;
      case '5':
      case '05':
        this.#second = this.#number(element === '5' ? /^[0-9]{1,2}/ : /^[0-9]{2}/, 0, 59);
        // A fraction may follow though the layout has none.
        if (/^[.,][0-9]/.test(this.#rest) && next?.element !== 'fraction')
          this.#nanos = nanosOf(this.#take(/^.[0-9]+/));
        break;
      case '2006':
        this.#year = this.#number(/^[0-9]{4}/, 0, 9999);
        break;
      case '06': {
        const year = this.#number(/^(?:[0-9]{2}|[+-][0-9])/, -9, 99);
        this.#year = year >= 69 ? year + 1900 : year + 2000;
        break;
      }
      case 'PM':
        this.#half = this.#take(/^(?:AM|PM)/) === 'PM' ? 'pm' : 'am';
        break;
      case 'pm':
        this.#half = this.#take(/^(?:am|pm)/) === 'pm' ? 'pm' : 'am';
        break;
      case 'MST':
        if (this.#rest.startsWith('UTC')) {
          this.#rest = this.#rest.slice(3);
          this.#isUtc = true;
        } else this.#zoneName = this.#take(zoneName(this.#rest));
        break;
      case 'fraction':
        if (text[1] === '9') {
          if (/^[.,][0-9]/.test(this.#rest)) this.#nanos = nanosOf(this.#take(/^.[0-9]+/));
        } else {
          const digits = this.#take(new RegExp(`^[.,][0-9]{${text.length - 1}}`));
          this.#nanos = nanosOf(digits);
        }
        break;
      default:
        this.#zoneOffset(element);
    }
  }

  #zoneOffset(element: string): void {
    if (element.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1);
      this.#isUtc = true;
      return;
    }
    const colon = element.includes(':') ? ':' : '';
    const size = element.replaceAll(':', '').length;
    const pairs = size > 5 ? 3 : size > 3 ? 2 : 1;
    const text = this.#take(new RegExp(`^[+-]${Array(pairs).fill('[0-9]{2}').join(colon)}`)).replaceAll(':', '');
    const [h, m, s] = [1, 3, 5].map((at) => Number(text.slice(at, at + 2))) as [number, number, number];
    if (h > 24 || m > 60 || s > 60) bad();
    const offset = (h * 60 + m) * 60 + s;
    this.#offset = text.startsWith('-') ? -offset : offset;
  }

  #moment(location: Location): Moment {
    if (this.#half === 'pm' && this.#hour < 12) this.#hour += 12;
    else if (this.#half === 'am' && this.#hour === 12) this.#hour = 0;
    this.#resolveDay();
    const days = daysFromCivil(this.#year, this.#month, this.#day);
    const local = days * 86_400 + this.#hour * 3600 + this.#minute * 60 + this.#second;
    const nanos = this.#nanos;
    if (this.#isUtc) return { seconds: local, nanos, location: utc };
    // Go takes -1 for "no offset".
    if (this.#offset !== null && this.#offset !== -1) return this.#withOffset(local, this.#offset, location);
    if (this.#zoneName !== '') return this.#withZoneName(local, location);
    return { seconds: toUnix(local, location), nanos, location };
  }

  #resolveDay(): void {
    if (this.#yearDay >= 0) {
      if (this.#yearDay < 1 || this.#yearDay > 365 + (daysIn(2, this.#year) === 29 ? 1 : 0)) bad();
      const { month, day } = civilFromDays(daysFromCivil(this.#year, 1, 1) + this.#yearDay - 1);
      if ((this.#month >= 0 && this.#month !== month) || (this.#day >= 0 && this.#day !== day)) bad();
      this.#month = month;
      this.#day = day;
    }
    if (this.#month < 0) this.#month = 1;
    if (this.#day < 0) this.#day = 1;
    if (this.#day < 1 || this.#day > daysIn(this.#month, this.#year)) bad();
  }

  #withOffset(local: number, offset: number, location: Location): Moment {
    const seconds = local - offset;
    const zone = location.at(seconds);
    const here = zone.offsetSeconds === offset && (this.#zoneName === '' || zone.abbreviation === this.#zoneName);
    return { seconds, nanos: this.#nanos, location: here ? location : fixedZone(this.#zoneName, offset) };
  }

  #withZoneName(local: number, location: Location): Moment {
    const name = this.#zoneName;
    const known = location.offsetOf(name, local);
    if (known !== null) return { seconds: local - known, nanos: this.#nanos, location };
    const hours = name.startsWith('GMT') && name.length > 3 ? Number(name.slice(3)) : 0;
    // Go records the offset of such a zone but does not apply it.
    return { seconds: local, nanos: this.#nanos, location: fixedZone(name, hours * 3600) };
  }
}

/** ".123" → 123,000,000; what is finer is cut. */
const nanosOf = (text: string): number => Number(text.slice(1, 10).padEnd(9, '0'));

/** What at the front of the text looks like a zone's abbreviation. */
function zoneName(text: string): RegExp {
  if (/^(?:ChST|MeST)/.test(text)) return /^..../;
  if (text.startsWith('GMT')) return /^GMT(?:[+-](?:0*[0-9]|0*1[0-9]|0*2[0-3])(?![0-9]))?/;
  if (/^[+-]/.test(text)) return /^[+-](?:0*[0-9]|0*1[0-9]|0*2[0-3])(?![0-9])/;
  return /^(?:[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z])/;
}

/** Local wall clock seconds → seconds since 1970. */
export function toUnix(local: number, location: Location): number {
  const { offsetSeconds } = location.at(local);
  if (offsetSeconds === 0) return local;
  const guess = local - offsetSeconds;
  return local - location.at(guess).offsetSeconds;
}
