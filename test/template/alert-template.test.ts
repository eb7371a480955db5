import { describe, expect, test } from 'vitest';
import { type AlertTemplateData, checkAlertTemplate, renderAlertTemplate } from '../../src/template/alert-template.js';

const data: AlertTemplateData = {
  labels: { instance: 'db-1.example.org:9100', severity: 'page' },
  externalLabels: { cluster: 'eu' },
  externalUrl: 'http://loki.example.org/ui',
  value: 1234.5678,
  timestampMs: 1_767_225_600_500,
  query: async (text) => {
    if (text === 'none') return [];
    return [
      { labels: { app: 'b', __value__: text }, value: 2 },
      { labels: { app: 'a' }, value: 1 },
    ];
  },
};
const render = (text: string): Promise<string> => renderAlertTemplate('High', text, data);

describe('texts of alerts', () => {
  // Expected values: Prometheus' documentation and its template functions.
  test.each([
    ['{{ $labels.instance }} is at {{ $value }}', 'db-1.example.org:9100 is at 1234.5678'],
    ['{{ .Labels.severity }} {{ .Value }} {{ .ExternalURL }}', 'page 1234.5678 http://loki.example.org/ui'],
    ['{{ $externalLabels.cluster }} {{ $externalURL }} {{ $labels.none }}|', 'eu http://loki.example.org/ui |'],
    ['{{ $value | humanize }} {{ humanize 0.0123 }} {{ humanize 0 }}', '1.235k 12.3m 0'],
    ['{{ humanize1024 1048576.0 }} {{ humanize1024 1 }}', '1Mi 1'],
    [
      '{{ humanizeDuration 3661 }} {{ humanizeDuration 90061 }} {{ humanizeDuration 0.5 }}',
      '1h 1m 1s 1d 1h 1m 1s 500ms',
    ],
    ['{{ humanizePercentage 0.1234 }} {{ humanizeTimestamp 1767225600 }}', '12.34% 2026-01-01 00:00:00 +0000 UTC'],
    ['{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}', 'db-1.example.org db-1:9100'],
    ['{{ stripDomain "10.0.0.1:80" }} {{ stripPort "[::1]:80" }} {{ stripPort "x" }}', '10.0.0.1:80 ::1 x'],
    ['{{ title "it\'s a test" }} {{ toUpper "a" }} {{ toLower "A" }}', "It's A Test A a"],
    ['{{ match "a.*" "banana" }} {{ reReplaceAll "(a)(n)" "$2$1" "banana" }}', 'true bnanaa'],
    ['{{ parseDuration "1h30m" }} {{ parseDuration "-5s" }}', '5400 -5'],
    ['{{ with query "up" }}{{ . | first | value }}{{ end }}', '2'],
    ['{{ range query "up" | sortByLabel "app" }}{{ label "app" . }}={{ .Value }} {{ end }}', 'a=1 b=2 '],
    ['{{ (query "up" | first).Labels.app }} {{ strvalue (query "q" | first) }}', 'b q'],
    ['{{ define "x" }}{{ .arg0 }}-{{ .arg1 }}{{ end }}{{ template "x" (args 1 "b") }}', '1-b'],
    ['{{ now }} {{ pathPrefix }} {{ graphLink "a b" }}', '1.7672256005e+09 /ui /graph?g0.expr=a+b&g0.tab=0'],
    ['{{ (toTime 1767225600).Year }} {{ toDuration 90 }}', '2026 1m30s'],
  ])('%s', async (text, expected) => {
    expect(await render(text)).toBe(expected);
  });

  test('what fails becomes part of the text', async () => {
    expect(await render('{{ query "none" | first | value }}')).toMatch(
      /^<error expanding template: error executing template __alert_High: template: __alert_High:1:\d+: executing "__alert_High" at <first>: error calling first: first\(\) called on vector with no elements>$/,
    );
    expect(await render('{{ nosuch }}')).toBe(
      '<error expanding template: error parsing template __alert_High: template: __alert_High:1: function "nosuch" not defined>',
    );
    expect(await render('{{ .Nope }}')).toContain("can't evaluate field Nope in type struct");
  });

  test('are checked when a rule is loaded', () => {
    expect(() => checkAlertTemplate('High', '{{ $labels.x }}')).not.toThrow();
    expect(() => checkAlertTemplate('High', '{{ $labels.x')).toThrow('template: __alert_High:1: unclosed action');
  });
});
