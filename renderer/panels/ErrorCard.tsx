/** A failure as what happened, how to mend it, and - folded away - the facts for whoever helps. */
import { Alert, Code, Text } from '@mantine/core';
import { errorOf } from '../client/rpc.ts';
import { formatAny } from '../client/words.ts';

export function ErrorCard({ error }: { readonly error: unknown }) {
  const { message, remedy, kind, facts, cause } = errorOf(error);
  return (
    <Alert color="red" variant="light" role="alert" title={message} my="md">
      <Text size="sm">{remedy}</Text>
      <details className="facts">
        <summary>Details</summary>
        <Code block>{[`kind: ${kind}`, ...Object.entries(facts).map(([name, value]) => `${name}: ${formatAny(value)}`), ...(cause ? [`cause: ${cause}`] : [])].join('\n')}</Code>
      </details>
    </Alert>
  );
}
