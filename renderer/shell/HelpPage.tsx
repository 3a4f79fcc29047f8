/** Help that needs no network: words, what to do when something fails, what this is made of, and a text for bug reports. */
import { Accordion, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { definitionOf, stepIds } from '../../steps/table.ts';
import { client, host } from '../client/rpc.ts';
import { formatBytes, formatCount } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { fieldsOf } from '../panels/parameters.ts';
import { publishedCounts, publishedRates } from './published.table.ts';
import { TourButton } from './Tour.tsx';
import { cards, glossary, layers } from './help.table.ts';

export function HelpPage() {
  const about = useQuery(host.about.queryOptions());
  const bundle = useMutation({
    mutationFn: () => client.diagnostics(),
    onSuccess: ({ name, text }) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
  });
  return (
    <Stack maw={900} gap="xl">
      <Group><Title order={1}>Help</Title><TourButton /></Group>
      <section><Title order={2} mb="xs">When something goes wrong</Title><Accordion>{cards.map((card) => <Accordion.Item key={card.title} value={card.title}><Accordion.Control>{card.title}</Accordion.Control><Accordion.Panel><Text size="sm">{card.text}</Text></Accordion.Panel></Accordion.Item>)}</Accordion></section>
      <section>
        <Title order={2} mb="xs">Steps and their parameters</Title>
        <Accordion>
          {stepIds.map((id) => (
            <Accordion.Item key={id} value={id}>
              <Accordion.Control>{definitionOf(id).title} <Text span size="sm" c="dimmed">{definitionOf(id).why}</Text></Accordion.Control>
              <Accordion.Panel><Table fz="sm"><Table.Tbody>{fieldsOf(id).map((field) => <Table.Tr key={field.name}><Table.Td><b>{field.name}</b></Table.Td><Table.Td>{field.help}</Table.Td><Table.Td>{field.fallback === null ? (field.whenNull ?? 'none') : String(field.fallback)}</Table.Td></Table.Tr>)}</Table.Tbody></Table></Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </section>
      <section><Title order={2} mb="xs">Words</Title><dl className="pairs">{glossary.map(([word, meaning]) => <div key={word} style={{ display: 'contents' }}><dt>{word}</dt><dd>{meaning}</dd></div>)}</dl></section>
      <section>
        <Title order={2} mb="xs">Loading for training, layer by layer</Title>
        <Table fz="sm" verticalSpacing={3} aria-label="Layers of loading"><Table.Thead><Table.Tr><Table.Th>Layer</Table.Th><Table.Th>Choices</Table.Th><Table.Th>Ours, and why</Table.Th></Table.Tr></Table.Thead><Table.Tbody>{layers.map(({ layer, choices, ours }) => <Table.Tr key={layer}><Table.Td>{layer}</Table.Td><Table.Td>{choices}</Table.Td><Table.Td>{ours}</Table.Td></Table.Tr>)}</Table.Tbody></Table>
        <Text size="sm">Iterate over minibatches (epoch) for training; look cells up by id (rows) for single cells and tests: each look-up pays for whole chunks.</Text>
      </section>
      <Published />
      <section>
        <Title order={2} mb="xs">About</Title>
        {about.error && <ErrorCard error={about.error} />}
        {about.data && (
          <>
            <dl className="pairs">
              <dt>Truckee</dt><dd>{about.data.version}, MIT licence, no telemetry</dd>
              <dt>Machine</dt><dd>{about.data.machine.cpu}, {about.data.machine.cores} cores, {formatBytes(about.data.machine.memoryBytes)}, {about.data.machine.os}</dd>
              <dt>Node</dt><dd>{about.data.machine.node}</dd><dt>GPU</dt><dd>{about.data.machine.gpu}</dd>
            </dl>
            <Group my="sm">
              <Button size="xs" variant="default" onClick={() => void navigator.clipboard.writeText(aboutMarkdown(about.data))}>Copy as Markdown</Button>
              <Button size="xs" variant="default" loading={bundle.isPending} onClick={() => bundle.mutate()}>Save a diagnostic text</Button>
              <Text size="xs" c="dimmed">Holds no data and no personal paths.</Text>
            </Group>
            {bundle.error && <ErrorCard error={bundle.error} />}
            <details className="facts"><summary>{about.data.packages.length} packages that run with it</summary><Table fz="sm"><Table.Thead><Table.Tr><Table.Th>Package</Table.Th><Table.Th>Version</Table.Th><Table.Th>Licence</Table.Th><Table.Th>Kind</Table.Th></Table.Tr></Table.Thead><Table.Tbody>{about.data.packages.map((one) => <Table.Tr key={`${one.name}${one.version}`}><Table.Td>{one.name}</Table.Td><Table.Td>{one.version}</Table.Td><Table.Td>{one.license}</Table.Td><Table.Td>{one.direct ? 'direct' : 'transitive'}</Table.Td></Table.Tr>)}</Table.Tbody></Table></details>
          </>
        )}
      </section>
    </Stack>
  );
}

function Published() {
  return (
    <section>
      <Title order={2} mb="xs">Numbers from elsewhere</Title>
      <Table fz="sm" verticalSpacing={2} aria-label="Published counts and what they count">
        <Table.Thead><Table.Tr><Table.Th ta="right">Count</Table.Th><Table.Th>of</Table.Th><Table.Th>Definition</Table.Th><Table.Th>Source</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{publishedCounts.map((one) => <Table.Tr key={one.value}><Table.Td ta="right">{formatCount(one.value)}</Table.Td><Table.Td>{one.what}</Table.Td><Table.Td>{one.definition}</Table.Td><Table.Td>{one.source}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
      <Table fz="sm" verticalSpacing={2} mt="sm" aria-label="Published rates of loaders, with hardware and batch size">
        <Table.Thead><Table.Tr><Table.Th>Loader</Table.Th><Table.Th ta="right">Cells/s</Table.Th><Table.Th>Settings</Table.Th><Table.Th ta="right">Batch</Table.Th><Table.Th>Hardware</Table.Th><Table.Th>Source</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{publishedRates.map((one) => <Table.Tr key={`${one.what}${one.settings}`}><Table.Td>{one.what}</Table.Td><Table.Td ta="right">{formatCount(one.cellsPerSecond)}</Table.Td><Table.Td>{one.settings}</Table.Td><Table.Td ta="right">{one.batch}</Table.Td><Table.Td>{one.hardware}</Table.Td><Table.Td>{one.source}</Table.Td></Table.Tr>)}</Table.Tbody>
      </Table>
    </section>
  );
}

type About = Awaited<ReturnType<typeof client.about>>;

export function aboutMarkdown(about: About): string {
  const rows = about.packages.map((one) => `| ${one.name} | ${one.version} | ${one.license} | ${one.direct ? 'direct' : 'transitive'} |`);
  const { machine } = about;
  return [
    `Truckee ${about.version}`, '', '| component | value |', '| --- | --- |', `| system | ${machine.os} |`, `| CPU | ${machine.cpu}, ${machine.cores} cores |`,
    `| memory | ${formatBytes(machine.memoryBytes)} |`, `| GPU | ${machine.gpu} |`, `| Node | ${machine.node} |`, '', '| package | version | licence | kind |', '| --- | --- | --- | --- |', ...rows,
  ].join('\n');
}
