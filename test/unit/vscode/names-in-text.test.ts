import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { displayWidth, padDisplay, truncateDisplay } from '../../../src/vscode/text/display-width.ts';
import { cellCode, escapeMarkdown, inlineCode } from '../../../src/vscode/text/markdown.ts';
import { plainLabel, plainMessage } from '../../../src/vscode/text/plain-label.ts';

describe('names in Markdown', () => {
  it('are inline code with a fence longer than any in them', () => {
    assert.equal(inlineCode('users'), '`users`');
    assert.equal(inlineCode('a`b``c'), '``` a`b``c ```');
    assert.equal(inlineCode(''), '`  `');
  });

  it('never end their own fence', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n') }), (name) => {
        const code = inlineCode(name);
        const fence = /^`+/.exec(code)?.[0] ?? '';
        const inside = code.slice(fence.length, -fence.length);
        assert.ok(code.endsWith(fence));
        assert.ok(!inside.split(/[^`]+/).includes(fence), code);
        assert.ok(!code.includes('\n'));
      }),
    );
  });

  it('never end a table’s cell', () => assert.equal(cellCode('a|b'), '`a\\|b`'));

  it('are text and neither links, HTML nor icons when they are not code', () => {
    assert.equal(
      escapeMarkdown('<b>[x](y)</b>\n$(trash)'),
      '&lt;b&gt;\\[x\\]\\(y\\)&lt;/b&gt; \\$\\(trash\\)',
    );
  });
});

describe('names in labels and notifications', () => {
  it('make no icons', () => assert.equal(plainLabel('$(trash) $x'), '\\$(trash) $x'));
  it('make no links', () => assert.equal(plainMessage('[run](command:x)'), '[run] (command:x)'));
});

describe('text in columns', () => {
  it('counts wide characters twice and combined ones once', () => {
    assert.deepEqual(['abc', '山田', '🏕️', 'e\u0301', '👩‍👩‍👧', ''].map(displayWidth), [3, 4, 2, 1, 2, 0]);
  });

  it('is cut between characters, and never wider than allowed', () => {
    assert.equal(truncateDisplay('🏕️🏕️🏕️', 4), '🏕️…');
    assert.equal(truncateDisplay('abcd', 4), 'abcd');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        assert.ok(displayWidth(truncateDisplay(text, width)) <= width);
      }),
    );
  });

  it('is padded to its width', () => assert.equal(padDisplay('山', 4), '山  '));
});
