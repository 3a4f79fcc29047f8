/** "Give me the Dabrafenib cells": asked before anything is read, answered with counts, bytes and time. */
import { Button, Group, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isEmptyQuery, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { host } from '../client/rpc.ts';
import { formatBytes, formatCount, formatSeconds } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';

const fields = [
  { name: 'drug', label: 'Drug', example: 'Dabrafenib; DMSO_TF is the control' }, { name: 'dose', label: 'Dose (uM)', example: '0.05, 0.5, 5' },
  { name: 'line', label: 'Cell line', example: 'A549 or CVCL_0023' }, { name: 'tissue', label: 'Organ', example: 'Lung' },
  { name: 'target', label: 'Target', example: 'BRAF' }, { name: 'mechanism', label: 'Mechanism', example: 'RAF inhibitor' },
  { name: 'plate', label: 'Plate', example: 'plate3' }, { name: 'where', label: 'Condition on any column', example: 'pcnt_mito < 0.1' },
] as const;

type FieldName = (typeof fields)[number]['name'];

/** Words separated by commas are alternatives; a condition is one expression. */
export function queryOf(words: Readonly<Partial<Record<FieldName, string>>>): Query {
  const given = Object.entries(words).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(given.map(([name, text]) => {
    if (name === 'where') return [name, text.trim()];
    const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
    return [name, name === 'dose' ? parts.map(Number) : parts];
  }));
}

export function QueryPage() {
  const [words, setWords] = useState<Partial<Record<FieldName, string>>>({});
  const [asked, setAsked] = useState<Query>({});
  const answer = useQuery({ ...host.query.queryOptions({ input: { query: asked } }), enabled: !isEmptyQuery(asked), placeholderData: keepPreviousData });
  return (
    <Stack maw={980}>
      <div><Title order={1}>Cells by drug, dose and line</Title><Text c="dimmed">Answered from the catalog or the registered plates before any counts are read.</Text></div>
      <form onSubmit={(event) => { event.preventDefault(); setAsked(queryOf(words)); }}>
        <SimpleGrid cols={{ base: 1, sm: 2, md: 4 }}>
          {fields.map(({ name, label, example }) => <TextInput key={name} label={label} placeholder={example} value={words[name] ?? ''} onChange={(event) => setWords({ ...words, [name]: event.currentTarget.value })} />)}
        </SimpleGrid>
        <Group mt="md"><Button type="submit" loading={answer.isFetching}>Count</Button><Text size="sm" c="dimmed">Several names, separated by commas, mean any of them.</Text></Group>
      </form>
      {answer.error && <ErrorCard error={answer.error} />}
      {answer.data && !answer.error && <Answer answer={answer.data} />}
    </Stack>
  );
}

function Answer({ answer }: { readonly answer: QueryAnswer }) {
  const about = answer.estimated ? 'about ' : '';
  return (
    <section aria-live="polite">
      <Title order={2}>{formatCount(answer.cells)} cells</Title>
      <Text>{about}{formatCount(answer.nonzeros)} values, {about}{formatBytes(answer.bytes)} to read of {formatBytes(answer.file_bytes)}, {about}{formatSeconds(answer.seconds)}</Text>
      <Text size="sm" c="dimmed">Definition: {answer.definition === 'released' ? 'cells of the released files, from the atlas\'s tables' : 'cells counted in the registered files'}.</Text>
      {answer.notes.map((note) => <Text key={note} size="sm" c="dimmed">{note}</Text>)}
      <Table mt="sm" verticalSpacing={4}>
        <Table.Thead><Table.Tr><Table.Th>Plate</Table.Th><Table.Th>Data set</Table.Th><Table.Th>Cells</Table.Th><Table.Th>To read</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{answer.plates.map((plate) => <Table.Tr key={plate.plate}><Table.Td>{plate.plate}</Table.Td><Table.Td>{plate.dataset ?? 'not registered'}</Table.Td><Table.Td>{formatCount(plate.cells)}</Table.Td><Table.Td>{formatBytes(plate.bytes)}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
      <details className="facts">
        <summary>{answer.conditions.length} conditions (line, drug, dose, plate)</summary>
        <Table fz="sm" verticalSpacing={2}>
          <Table.Thead><Table.Tr><Table.Th>Line</Table.Th><Table.Th>Drug</Table.Th><Table.Th>Dose (uM)</Table.Th><Table.Th>Plate</Table.Th><Table.Th>Cells</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{answer.conditions.slice(0, 500).map((one) => <Table.Tr key={`${one.line}${one.drug}${one.dose}${one.plate}`}><Table.Td>{one.line_name || one.line}</Table.Td><Table.Td>{one.drug}</Table.Td><Table.Td>{one.dose ?? ''}</Table.Td><Table.Td>{one.plate}</Table.Td><Table.Td>{formatCount(one.cells)}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
        {answer.conditions.length > 500 && <Text size="sm" c="dimmed">and {formatCount(answer.conditions.length - 500)} more</Text>}
      </details>
    </section>
  );
}
