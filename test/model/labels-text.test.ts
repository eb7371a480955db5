import { describe, expect, test } from 'vitest';
import { LabelsTextError, parseLabelsText } from '../../src/model/labels-text.js';

describe('labels as text', () => {
  const accepted: readonly (readonly [text: string, pairs: readonly (readonly [string, string])[]])[] = [
    ['{a="b"}', [['a', 'b']]],
    [
      '{b="2", a="1",c="3"}',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    [' { a = "b" , } ', [['a', 'b']]],
    ['{a="b",}', [['a', 'b']]],
    ['{}', []],
    ['', []],
    ['{a=""}', []],
    ['{a="",b="x"}', [['b', 'x']]],
    [
      '{a="x", a="y"}',
      [
        ['a', 'x'],
        ['a', 'y'],
      ],
    ],
    [`{a='single "x"'}`, [['a', 'single "x"']]],
    ['{a=`raw \\n`}', [['a', 'raw \\n']]],
    ['{a="q\\"uote\\\\ \\n \\x41 \\u00e9 \\U0001F600 \\101"}', [['a', 'q"uote\\ \n A é 😀 A']]],
    ['{a="\\xc3\\xa9"}', [['a', 'é']]],
    ['{a="\\xff"}', [['a', '\ufffd']]],
    ['{"a.b"="x"}', [['a.b', 'x']]],
    ['{"m"}', [['__name__', 'm']]],
    [
      'm{a="b"}',
      [
        ['__name__', 'm'],
        ['a', 'b'],
      ],
    ],
    ['sum', [['__name__', 'sum']]],
    ['{a="b" # comment\n}', [['a', 'b']]],
    ['{a="ünï 漢字"}', [['a', 'ünï 漢字']]],
    [
      '{__proto__="x", constructor="y"}',
      [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
    ],
  ];
  test.each(accepted)('%j is read', (text, pairs) => {
    expect(parseLabelsText(text)).toEqual(pairs);
  });

  // Recorded from Loki 3.7.6.
  const refused: readonly (readonly [text: string, message: string])[] = [
    ['{job="s", sp ace="x"}', `1:14: parse error: unexpected identifier "ace" in label set, expected "="`],
    ['{a-b="x"}', `1:3: parse error: unexpected character inside braces: '-'`],
    ['{a.b="x"}', `1:3: parse error: unexpected character inside braces: '.'`],
    ['{1a="x"}', `1:2: parse error: unexpected character inside braces: '1'`],
    ['{a="x", ünï="x"}', `1:9: parse error: unexpected character inside braces: 'ü'`],
    ['{job=~"x"}', `1:5: parse error: unexpected <op:=~> in label set, expected "="`],
    ['job="x"', `1:4: parse error: unexpected "="`],
    ['{job="x"', `1:9: parse error: unexpected end of input inside braces`],
    ['{job="x', `1:6: parse error: unterminated quoted string`],
    ['{job="x}', `1:6: parse error: unterminated quoted string`],
    ['{job="a\nb"}', `1:6: parse error: unterminated quoted string`],
    ['{\njob=5}', `2:5: parse error: unexpected character inside braces: '5'`],
    ['{job="x" b="y"}', `1:10: parse error: unexpected identifier "b" in label set, expected "," or "}"`],
    ['{,}', `1:2: parse error: unexpected "," in label set, expected identifier or "}"`],
    ['{a="b",,}', `1:8: parse error: unexpected "," in label set, expected identifier or "}"`],
    ['{a=b}', `1:4: parse error: unexpected identifier "b" in label set, expected string`],
    ['{a="\ufffd"}', `1:4: parse error: invalid UTF-8 rune`],
    ['{a="\\q"}', `1:4: parse error: unknown escape sequence U+0071 'q'`],
    ['{a="\\ud800"}', `1:4: parse error: escape sequence is an invalid Unicode code point`],
    ['{a="\\400"}', `1:4: parse error: escape sequence is an invalid Unicode code point`],
    ['{a="b"} c', `1:9: parse error: unexpected identifier "c"`],
    ['{a="b"}{', `1:8: parse error: unexpected "{"`],
    ['{a="b"}$', `1:8: parse error: unexpected character: '$'`],
    ['{{a="b"}', `1:2: parse error: unexpected left brace '{'`],
    ['{!a}', `1:2: parse error: unexpected character after '!' inside braces: 'a'`],
    ['{a!="b"}', `1:3: parse error: unexpected <op:!=> in label set, expected "="`],
  ];
  test.each(refused)('%j is refused', (text, message) => {
    expect(() => parseLabelsText(text)).toThrow(new LabelsTextError(message));
  });
});
