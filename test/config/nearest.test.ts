import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.js';

describe('the nearest word is found, when one is near', () => {
  const words = ['http_listen_port', 'grpc_listen_port', 'wal', 'enabled'];
  const f = (word: string, want: string | null): void => test(word, () => expect(nearest(word, words)).toBe(want));
  f('http_listen_prot', 'http_listen_port');
  f('http_port', null);
  f('htp_listen_port', 'http_listen_port');
  f('wla', 'wal');
  f('xyz', null);
  f('enable', 'enabled');
  f('', null);
});
