/** Go's time.Location over the platform's time zone database. */

export interface Zone {
  /** As %MST prints it: "CET", "-03". */
  readonly abbreviation: string;
  readonly offsetSeconds: number;
}

export interface Location {
  readonly name: string;
  /** The zone in effect at a time, in seconds since 1970. */
  at(unixSeconds: number): Zone;
  /** The offset that a zone's abbreviation stands for here, at about that local time; null when it is none of this place. */
  offsetOf(abbreviation: string, localSeconds: number): number | null;
}

export const utc: Location = fixedZone('UTC', 0);

/** Where the server is: UTC, so that an answer does not depend on the machine; but Go tells the two apart. */
export const local: Location = { ...utc, name: 'Local' };

export function fixedZone(name: string, offsetSeconds: number): Location {
  const zone: Zone = { abbreviation: name, offsetSeconds };
  return { name, at: () => zone, offsetOf: (abbreviation) => (abbreviation === name ? offsetSeconds : null) };
}

/** time.LoadLocation; null for a name that it refuses. */
export function loadLocation(name: string): Location | null {
  if (name === '' || name === 'UTC') return utc;
  if (name === 'Local') return local;
  if (name.includes('..') || !/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return null;
  try {
    return ianaLocation(name);
  } catch (e) {
    if (e instanceof RangeError) return null;
    throw e;
  }
}

/** Beyond, Intl has no dates; the rules of the last year it has are used. */
const intlSecondsMax = 8_640_000_000_000 - 86_400;

function ianaLocation(name: string): Location {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    timeZoneName: 'long',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Names are files to Go: the case counts.
  const canonical = format.resolvedOptions().timeZone;
  if (canonical !== name && canonical.toLowerCase() === name.toLowerCase()) throw new RangeError(`no zone ${name}`);
  const at = (unixSeconds: number): Zone => {
    const seconds = Math.min(Math.max(unixSeconds, -intlSecondsMax), intlSecondsMax);
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) parts[type] = value;
    const { year, month, day, hour, minute, second } = parts;
    const yearNumber = parts['era'] === 'BC' ? 1 - Number(year) : Number(year);
    const local = new Date(0);
    local.setUTCFullYear(yearNumber, Number(month) - 1, Number(day));
    local.setUTCHours(Number(hour), Number(minute), Number(second));
    const offsetSeconds = local.getTime() / 1000 - Math.floor(seconds);
    return { offsetSeconds, abbreviation: abbreviationOf(name, parts['timeZoneName'] ?? '', offsetSeconds, seconds) };
  };
  const offsetOf = (abbreviation: string, localSeconds: number): number | null => {
    const halfYear = 182 * 86_400;
    const zones = [at(localSeconds), at(localSeconds - halfYear), at(localSeconds + halfYear)];
    return zones.find((zone) => zone.abbreviation === abbreviation)?.offsetSeconds ?? null;
  };
  return { name, at, offsetOf };
}

/** Zones whose long name in English belongs to others, too. */
const numericOnly: ReadonlySet<string> = new Set(['Asia/Colombo', 'Antarctica/Casey', 'Antarctica/Troll']);
const moscow: ReadonlySet<string> = new Set([
  'Europe/Moscow',
  'Europe/Simferopol',
  'Europe/Kirov',
  'Europe/Volgograd',
  'W-SU',
]);

/** The first place that had a standard time was Great Britain, in December 1847. */
const standardTimeSince = -3_852_662_325;

function abbreviationOf(zone: string, longName: string, offsetSeconds: number, unixSeconds: number): string {
  if (zone === 'MET') return offsetSeconds === 3600 ? 'MET' : 'MEST';
  if (longName === 'Coordinated Universal Time' && /GMT|Greenwich/.test(zone)) return 'GMT';
  if (longName === 'Moscow Standard Time' && moscow.has(zone)) return 'MSK';
  if (longName === 'GMT+01:00' && /^(?:Europe|GB)/.test(zone)) return 'BST';
  const known = numericOnly.has(zone) ? undefined : abbreviations[longName];
  if (known !== undefined) return known;
  const isLocalMeanTime = offsetSeconds % 60 !== 0 || (unixSeconds < standardTimeSince && !zone.startsWith('Etc/'));
  return isLocalMeanTime ? 'LMT' : numeric(offsetSeconds);
}

/** As the time zone database names zones without letters: "+03", "+0530". */
function numeric(offsetSeconds: number): string {
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : two(minutes % 60);
  return `${offsetSeconds < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${rest}`;
}

const abbreviations: Readonly<Record<string, string>> = {
  'Alaska Daylight Time': 'AKDT',
  'Alaska Standard Time': 'AKST',
  'American Samoa Standard Time': 'SST',
  'Atlantic Daylight Time': 'ADT',
  'Atlantic Standard Time': 'AST',
  'Australian Central Daylight Time': 'ACDT',
  'Australian Central Standard Time': 'ACST',
  'Australian Eastern Daylight Time': 'AEDT',
  'Australian Eastern Standard Time': 'AEST',
  'Australian Western Standard Time': 'AWST',
  'British Summer Time': 'BST',
  'Central Africa Time': 'CAT',
  'Central Daylight Time': 'CDT',
  'Central European Standard Time': 'CET',
  'Central European Summer Time': 'CEST',
  'Central Indonesia Time': 'WITA',
  'Central Standard Time': 'CST',
  'Chamorro Standard Time': 'ChST',
  'China Standard Time': 'CST',
  'Coordinated Universal Time': 'UTC',
  'Cuba Daylight Time': 'CDT',
  'Cuba Standard Time': 'CST',
  'East Africa Time': 'EAT',
  'Eastern Daylight Time': 'EDT',
  'Eastern European Standard Time': 'EET',
  'Eastern European Summer Time': 'EEST',
  'Eastern Indonesia Time': 'WIT',
  'Eastern Standard Time': 'EST',
  'Greenwich Mean Time': 'GMT',
  'Hawaii-Aleutian Daylight Time': 'HDT',
  'Hawaii-Aleutian Standard Time': 'HST',
  'Hong Kong Standard Time': 'HKT',
  'India Standard Time': 'IST',
  'Irish Standard Time': 'IST',
  'Israel Daylight Time': 'IDT',
  'Israel Standard Time': 'IST',
  'Japan Standard Time': 'JST',
  'Korean Standard Time': 'KST',
  'Mexican Pacific Daylight Time': 'MDT',
  'Mexican Pacific Standard Time': 'MST',
  'Mountain Daylight Time': 'MDT',
  'Mountain Standard Time': 'MST',
  'New Zealand Daylight Time': 'NZDT',
  'New Zealand Standard Time': 'NZST',
  'Newfoundland Daylight Time': 'NDT',
  'Newfoundland Standard Time': 'NST',
  'Pacific Daylight Time': 'PDT',
  'Pacific Standard Time': 'PST',
  'Pakistan Standard Time': 'PKT',
  'Philippine Standard Time': 'PST',
  'South Africa Standard Time': 'SAST',
  'Taiwan Standard Time': 'CST',
  'Volgograd Standard Time': 'MSK',
  'West Africa Time': 'WAT',
  'Western European Standard Time': 'WET',
  'Western European Summer Time': 'WEST',
  'Western Indonesia Time': 'WIB',
  'Yukon Time': 'MST',
};
