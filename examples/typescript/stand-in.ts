// In the place of a model: it asks who is signed in, and repeats what it was told.
// So the example runs in tests, without a key.
import { MockLanguageModelV4 } from 'ai/test';

const usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

export function standIn() {
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const last = prompt[prompt.length - 1];
      if (last.role !== 'tool') {
        const call = { type: 'tool-call' as const, toolCallId: '1', toolName: 'get_self', input: '{}' };
        return { content: [call], finishReason: { unified: 'tool-calls', raw: undefined }, usage, warnings: [] };
      }
      return { content: [{ type: 'text', text: JSON.stringify(last.content) }], finishReason: { unified: 'stop', raw: undefined }, usage, warnings: [] };
    },
  });
}
