/** Four questions for those who do not know yet how to load: the answer comes with the last of them. */
import { Select, SimpleGrid, Text } from '@mantine/core';
import { useState } from 'react';
import { wayQuestions, whichWay, type WayAnswers } from './which-way.ts';

export function WhichWay() {
  const [given, setGiven] = useState<Partial<WayAnswers>>({});
  const whole = wayQuestions.every(({ id }) => given[id] !== undefined) ? whichWay(given as WayAnswers) : null;
  return (
    <details className="facts">
      <summary>Which way to load? Four questions</summary>
      <SimpleGrid cols={{ base: 1, sm: 2 }} my="xs">
        {wayQuestions.map(({ id, words, answers }) => <Select key={id} label={words} placeholder="Choose" data={answers.map((one) => ({ ...one }))} value={given[id] ?? null} onChange={(value) => value !== null && setGiven({ ...given, [id]: value })} allowDeselect={false} />)}
      </SimpleGrid>
      <div role="status">{whole && <Text><b>{whole.way}.</b> {whole.why}{whole.published === null ? '' : ` Others: ${whole.published}.`}</Text>}</div>
    </details>
  );
}
