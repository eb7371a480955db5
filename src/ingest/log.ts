/** How the rooms of the write path tell what happens. `event` is a short constant text, `fields` what it is about. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void;
