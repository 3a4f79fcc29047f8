/** "Give me the Dabrafenib cells": asked before anything is read, answered with counts, bytes and time. */
import { Button, Code, Group, SimpleGrid, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { isEmptyQuery, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { host } from '../client/rpc.ts';
import { formatBytes, formatCount, formatSeconds } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { ExtractDialog } from '../panels/ExtractDialog.tsx';
import { Extractions } from '../panels/Extractions.tsx';
import { commandOf, nameFields, offersOf, queryOf, type NameField, type QueryWords } from '../panels/query-form.ts';

/** Counted at every name that is chosen; nothing of X is read for it. */
export function QueryPage() {
  const [words, setWords] = useState<QueryWords>({ names: {}, where: '' });
  const [asked, setAsked] = useState<Query>({});
  const [extracting, setExtracting] = useState(false);
  const [drugs, lines, plates] = [useQuery(host.catalog.drugs.queryOptions()), useQuery(host.catalog.lines.queryOptions()), useQuery(host.catalog.plates.queryOptions())];
  const offers = useMemo(() => offersOf({ drugs: drugs.data ?? [], lines: lines.data ?? [], plates: plates.data ?? [] }), [drugs.data, lines.data, plates.data]);
  const answer = useQuery({ ...host.query.queryOptions({ input: { query: asked } }), enabled: !isEmptyQuery(asked), placeholderData: keepPreviousData });
  const change = (name: NameField, text: string): void => {
    const next = { ...words, names: { ...words.names, [name]: text } };
    setWords(next);
    // A name that was chosen, or typed to its end, is counted at once; any other when its field is left.
    if (offers[name].includes(text)) setAsked(queryOf(next, offers));
  };
  const inputs = (often: boolean) => nameFields.filter((field) => field.often === often).map(({ name, label, example }) => (
    <div key={name}>
      <TextInput label={label} placeholder={example} list={`offers-${name}`} value={words.names[name] ?? ''} onChange={(event) => change(name, event.currentTarget.value)} onBlur={() => setAsked(queryOf(words, offers))} />
      <datalist id={`offers-${name}`}>{offers[name].map((offer) => <option key={offer} value={offer} />)}</datalist>
    </div>
  ));
  return (
    <Stack maw={980}>
      <div><Title order={1}>Cells by drug, dose and line</Title><Text c="dimmed">Answered from the catalog or the registered plates before any counts are read. Several names, separated by commas, mean any of them; fields narrow each other.</Text></div>
      <form onSubmit={(event) => { event.preventDefault(); setAsked(queryOf(words, offers)); }}>
        <SimpleGrid cols={{ base: 1, sm: 2, md: 4 }}>{inputs(true)}</SimpleGrid>
        <details className="facts">
          <summary>Target, mechanism, organ, sample, phase, filter level</summary>
          <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>{inputs(false)}</SimpleGrid>
        </details>
        <Group align="end" mt="xs">
          <TextInput className="grow" label="Condition on any column" placeholder="pcnt_mito < 0.1 and phase == 'G1'" value={words.where} onChange={(event) => setWords({ ...words, where: event.currentTarget.value })} />
          <Button type="submit" loading={answer.isFetching}>Count</Button>
        </Group>
      </form>
      {answer.error && !isEmptyQuery(asked) && <ErrorCard error={answer.error} />}
      {answer.data && !answer.error && !isEmptyQuery(asked) && <Answer answer={answer.data} />}
      {answer.data && !answer.error && !isEmptyQuery(asked) && answer.data.cells > 0 && (
        <div>
          <Group gap="sm" mb="xs">
            <Button onClick={() => setExtracting(true)} disabled={answer.data.definition !== 'registered'} aria-haspopup="dialog">Extract...</Button>
            <Text size="sm" c="dimmed">{answer.data.definition === 'registered' ? 'These cells as a file, with obs, var and provenance.' : 'To extract these cells, add the plates that hold them: so far only tables are known.'}</Text>
          </Group>
          <Text size="sm">The same from a terminal; and the question may stand in a recipe as <code>query</code>:</Text>
          <Code block>{commandOf(asked)}</Code>
        </div>
      )}
      {extracting && <ExtractDialog query={asked} onClose={() => setExtracting(false)} />}
      <Extractions />
    </Stack>
  );
}

function definitionWords(definition: QueryAnswer['definition']): string {
  if (definition === 'released') return "cells of the released files, from the atlas's tables";
  return definition === 'registered' ? 'cells counted in the registered files' : definition;
}

function Answer({ answer }: { readonly answer: QueryAnswer }) {
  const about = answer.estimated ? 'about ' : '';
  return (
    <section aria-live="polite">
      <Title order={2}>{formatCount(answer.cells)} cells</Title>
      <Text>{about}{formatCount(answer.nonzeros)} values, {about}{formatBytes(answer.bytes)} to read of {formatBytes(answer.file_bytes)}, {about}{formatSeconds(answer.seconds)}</Text>
      <Text size="sm" c="dimmed">Definition: {definitionWords(answer.definition)}.</Text>
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
