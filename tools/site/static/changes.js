'use strict';

/* changes.html: the changes in the results; those that were measured again and confirmed come first. */

const PORTION = 100;  // rows that are drawn at once: a phone is slow with thousands

const FILTERS = {
    tool: {label: 'Tool', of: (change) => change.tool, text: (value, site) => site.branch(value).label},
    task: {label: 'Task', of: (change) => change.benchmark.split('.')[0], text: (value, site) => site.task(value)},
    metric: {label: 'Metric', of: (change) => change.benchmark.split('.').at(-1), text: (value, site) => site.metric(value)},
    direction: {label: 'Direction', of: (change) => change.better ? 'better' : 'worse', text: (value) => value},
    kind: {label: 'Kind', of: (change) => change.kind, text: (value) => value},
};
const LEAST = [1.05, 1.1, 1.3, 2, 5];

const GROUPS = [
    ['confirmed', 'Confirmed', 'Both sides were measured again, in turn, and differ.', (change) => change.verdict === 'confirmed'],
    ['seen', 'Seen, not confirmed', 'In the results only. Noise, the machine and true changes look alike here until a night measures both sides again.',
        (change) => !change.control && !change.machine && change.verdict !== 'machine'],
    ['machine', 'Controls and the machine', 'PLINK, the sentinels, and timings that changed along with them: no commit of the tool is the cause.', () => true],
];

function row(change, site) {
    const proven = change.verdict === 'confirmed';
    const where = [parameterWords(change.parameters, site), listed(change.environment)].filter(Boolean).join('; ');
    const [old, fresh] = [change.old_commit, change.new_commit].map((commit, at) => commitLink(commit, change.releases[at]));
    const verdict = proven ? 'confirmed' : verdictWords(change);
    return element('tr', {},
        element('td', {class: 'number', 'data-label': ''},
            element('span', {class: `badge ${proven ? (change.better ? 'better' : 'worse') : ''}`}, changeSize(change))),
        element('td', {class: 'name'}, link(change.graph, benchmarkWords(change.benchmark, site)), element('span', {class: 'soft'}, where)),
        element('td', {class: 'number', 'data-label': ''},
            `${withUnit(change.old_value, change.unit)} → ${withUnit(change.new_value, change.unit)}`),
        element('td', {'data-label': ''}, `${site.branch(change.tool).label} `, old, ' … ', fresh),
        element('td', {'data-label': ''}, change.event ? link(`alerts.html?event=${change.event}`, `event ${change.event}: ${verdict}`) : verdict,
            element('span', {class: 'soft'}, change.control ? 'control' : change.machine ? `${change.kind}, a control changed too` : change.kind)));
}

/* A section that draws its rows in portions; empty without any. */
function section([name, title, about], changes, site) {
    if (!changes.length) {
        return [];
    }
    const points = new Set(changes.map((change) => site.branch(change.tool).point));
    const body = element('tbody');
    const more = element('button', {type: 'button'}, 'Show more');
    let drawn = 0;
    const draw = () => {
        body.append(...changes.slice(drawn, drawn + PORTION).map((change) => row(change, site)));
        drawn += PORTION;
        more.hidden = drawn >= changes.length;
    };
    more.addEventListener('click', draw);
    draw();
    return [
        element('h2', {id: name}, `${title} (${changes.length.toLocaleString('en')})`), element('p', {class: 'soft'}, about),
        element('table', {class: 'changes'}, element('thead', {}, element('tr', {}, element('th', {class: 'number'}, 'Change'),
            element('th', {}, 'Benchmark'), element('th', {class: 'number'}, 'From … to'),
            element('th', {}, points.has('commit') ? 'Commits' : 'Releases'), element('th', {}, 'Known'))), body),
        more,
    ];
}

function csvOf(changes) {
    const columns = ['verdict', 'event', 'tool', 'benchmark', 'old_commit', 'new_commit', 'old_value', 'new_value', 'unit', 'ratio', 'better', 'kind', 'control', 'machine'];
    return [[...columns, 'parameters', 'environment'],
        ...changes.map((change) => [...columns.map((name) => change[name]), listed(change.parameters), listed(change.environment)])];
}

function filterBar(changes, state, site, update) {
    const bar = element('div', {class: 'filters'});
    const choose = (name, label, options) => bar.append(chooser(label, state[name] || '', options, (value) => { state[name] = value; update(); }));
    for (const [name, filter] of Object.entries(FILTERS)) {
        const values = [...new Set(changes.map(filter.of))].sort();
        if (values.length > 1) {
            choose(name, filter.label, [['', 'all'], ...values.map((value) => [value, filter.text(value, site)])]);
        }
    }
    choose('least', 'At least', LEAST.map((value) => [String(value), `${value} ×`]));
    return bar;
}

show(async () => {
    const [site, {changes}] = await Promise.all([loadSite(), load('changes.json')]);
    if (!changes.length) {
        return [element('h1', {}, 'Changes'), element('p', {}, 'No change was detected in what was measured.')];
    }
    const state = {least: '1.1', ...Object.fromEntries(new URLSearchParams(location.search))};
    const count = element('p', {class: 'soft', 'aria-live': 'polite'});
    const sections = element('div');
    let chosen = [];

    function update() {
        chosen = changes.filter((change) => size(change.ratio) >= Number(state.least)
            && Object.entries(FILTERS).every(([name, filter]) => !state[name] || filter.of(change) === state[name]));
        const better = chosen.filter((change) => change.better).length;
        count.textContent = `${counted(chosen.length, 'change')}: ${better} better, ${chosen.length - better} worse`;
        let left = chosen;
        const parts = GROUPS.map((group) => {
            const own = left.filter(group[3]);
            left = left.filter((change) => !own.includes(change));
            return section(group, own, site);
        });
        sections.replaceChildren(...(parts[0].length ? [] : [element('p', {}, 'None of these was confirmed.')]), ...parts.flat());
        const query = Object.entries(state).filter(([, value]) => value);
        history.replaceState(null, '', `?${new URLSearchParams(query)}${location.hash}`);
    }

    const bar = filterBar(changes, state, site, update);
    update();
    if (location.hash) {
        setTimeout(() => document.getElementById(location.hash.slice(1))?.scrollIntoView());
    }
    return [
        element('h1', {}, 'Changes'),
        element('p', {class: 'soft'}, 'Where a series changed level. ', link('#kinds', 'What the kinds mean')),
        bar, element('div', {class: 'saves'}, count, csvButton('changes', 'changes', () => csvOf(chosen))), sections,
        element('h2', {id: 'kinds'}, 'Kinds'),
        element('dl', {class: 'facts'}, ...[
            ['step', 'The series moved to a new level and stayed there.'],
            ['newest points', 'The last one or two points are far from the level before.'],
            ['short series', 'A step in few points, or two neighbours that differ by 1.3 × or more and by more than the spread of their samples (2 × where the spread is unknown).'],
            ['count', 'A metric without noise, where any difference is a change.'],
        ].flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, text)])),
    ];
});
