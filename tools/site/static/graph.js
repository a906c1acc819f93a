'use strict';

/* graph.html: the series of a choice, side by side, over releases and commits. */

const PORTION = 50;  // rows of the table that are drawn at once
const DASHES = [null, [6, 3], [2, 3], [8, 3, 2, 3]];
const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];  // Okabe and Ito
const AXES = {branch: 'History', 'p-data': 'Data set'};

function lineOf(series, points, at, all, choice, site) {
    const varying = Object.entries(choice.axes).filter(([name, values]) => values.includes(EACH) || values.length > 1)
        .filter(([name, values]) => name in series.axes && !values.includes(OWN))
        .map(([name]) => `${axisName(name).toLowerCase()} ${name === 'branch' ? site.branch(series.axes[name]).label : series.axes[name]}`);
    const oneTool = all.every((one) => one.tool === series.tool);
    const turn = all.slice(0, at).filter((one) => one.tool === series.tool).length;
    return {
        ...points, tool: series.tool, branch: series.axes.branch, unit: site.unit(series.benchmark), control: series.control,
        label: [site.tool(series.tool).label, ...varying].join(', '),
        colour: oneTool && all.length > 1 ? PALETTE[at % PALETTE.length] : site.tool(series.tool).colour,
        dash: oneTool ? null : DASHES[turn % DASHES.length],
    };
}

/* Only the points of releases, where the history has commits too. */
function ofReleases(line, site) {
    const kept = line.commits.map((commit, at) => (site.release(commit) ? at : -1)).filter((at) => at >= 0);
    const pick = (column) => column && kept.map((at) => column[at]);
    return {...line, commits: pick(line.commits), dates: pick(line.dates), values: pick(line.values), low: pick(line.low), high: pick(line.high), samples: pick(line.samples)};
}

function axisName(name) {
    return AXES[name] || capital((name.startsWith('p-') ? name.slice(2) : name).replaceAll('_', ' '));
}

function valueWords(name, value, site) {
    if (name === 'branch') {
        return `${site.branch(value).label}’s ${site.branch(value).point}s`;
    }
    return name === 'p-data' ? parameterWords({data: value}, site) : value;
}

/* The controls; `change(choice, axis)` is called with a new choice. */
function controls({choice, alternatives}, lines, site, change) {
    const bar = element('div', {class: 'filters'});
    const set = (more, axis) => change({...choice, ...more, graph: {...choice.graph, ...more.graph}}, axis);
    bar.append(chooser('Task', choice.task, alternatives.task.map((name) => [name, site.task(name)]), (task) => set({task}, 'task')),
        chooser('Metric', choice.metric, alternatives.metric.map((name) => [name, site.metric(name)]), (metric) => set({metric}, 'metric')));
    for (const name of [...Object.keys(choice.axes)].sort((a, b) => axisOrder(a) - axisOrder(b) || a.localeCompare(b))) {
        const values = alternatives[name];
        if (values.length < 2) {
            continue;
        }
        const first = name === 'branch' ? [OWN, 'each tool’s own'] : [EACH, 'each, side by side'];
        const chosen = choice.axes[name];
        bar.append(chooser(axisName(name), chosen.length > 1 ? '' : chosen[0], [...(chosen.length > 1 ? [['', chosen.join(', ')]] : []), ...values.map((value) => [value, valueWords(name, value, site)]), first],
            (value) => value && set({axes: {...choice.axes, [name]: [value]}}, name)));
    }
    const branches = [...new Set(lines.map((line) => line.branch))];
    bar.append(
        chooser('Axis', byDate(choice, lines) ? 'date' : 'order', [['order', branches.every((one) => site.branch(one).point === 'release') ? 'releases' : 'commits and releases'], ['date', 'dates']],
            (x) => set({graph: {x}})),
        chooser('Scale', isLog(choice, lines) ? 'log' : 'linear', [['log', 'log'], ['linear', 'linear']], (y) => set({graph: {y}})));
    if (branches.some((one) => site.branch(one).point === 'commit')) {
        bar.append(chooser('Points', choice.graph.points || '', [['', 'all commits'], ['releases', 'releases only']], (points) => set({graph: {points}})));
    }
    return bar;
}

function axisOrder(name) {
    const at = ['p-task', 'p-data', 'p-cores'].indexOf(name);
    return at >= 0 ? at : name.startsWith('p-') ? 3 : 4;
}

function byDate(choice, lines) {
    return choice.graph.x ? choice.graph.x === 'date' : new Set(lines.map((line) => line.branch)).size > 1;
}

function isLog(choice, lines) {
    const values = lines.flatMap((line) => line.values);
    if (values.some((value) => value <= 0)) {
        return false;
    }
    return choice.graph.y ? choice.graph.y === 'log' : Math.max(...values) / Math.min(...values) > 4;
}

/* The tools as buttons, which are the legend too. */
function toolButtons({choice, alternatives}, lines, site, change) {
    const shown = new Set(lines.map((line) => line.tool));
    return element('div', {class: 'legend', role: 'group', 'aria-label': 'Tools'}, ...alternatives.tool.map((tool) => {
        const button = element('button', {type: 'button', 'aria-pressed': String(shown.has(tool)), title: shown.has(tool) ? null : 'Show it too'},
            element('i', {style: `background: ${site.tool(tool).colour}`}), site.tool(tool).label);
        button.addEventListener('click', () => {
            const tools = shown.has(tool) ? [...shown].filter((one) => one !== tool) : [...shown, tool];
            change({...choice, tools: tools.length ? tools : [tool]}, 'tool');
        });
        return button;
    }));
}

function lineNames(lines) {
    if (new Set(lines.map((line) => line.tool)).size === lines.length) {
        return null;
    }
    return element('ul', {class: 'legend lines'}, ...lines.map((line) => element('li', {},
        element('i', {class: line.dash ? 'dashed' : null, style: `${line.dash ? 'border-color' : 'background'}: ${line.colour}`}), line.label)));
}

function pointWords(line, index, site) {
    const interval = line.low[index] !== null && line.high[index] > line.low[index]
        ? ` (${withUnit(line.low[index], line.unit)} to ${withUnit(line.high[index], line.unit)})` : '';
    const samples = line.samples && line.samples[index] ? `, ${counted(line.samples[index].length, 'sample')}` : '';
    return `${withUnit(line.values[index], line.unit)}${interval}${samples}`;
}

function readout(points, pinned, site) {
    return points.map(({line, index}) => {
        const commit = line.commits[index];
        const branch = site.branch(line.branch).label;
        const name = `${branch === line.label ? '' : `${branch} `}${site.release(commit) || commit.slice(0, 8)}`;
        return element('li', {}, element('i', {style: `background: ${line.colour}`}), element('span', {}, line.label, branch === line.label ? ' ' : ', ',
            pinned ? link(`commit.html?h=${commit}`, name) : name, ` of ${day(line.dates[index])}: ${pointWords(line, index, site)}`));
    });
}

function changesOf(lines, site) {
    const all = lines.flatMap((line) => line.changes.map((change) => ({...change, line})));
    const item = (change) => {
        const where = `${change.line.label}, since ${site.release(change.new_commit) || change.new_commit.slice(0, 8)}: `
            + `${withUnit(change.old_value, change.line.unit)} → ${withUnit(change.new_value, change.line.unit)}`;
        const proven = change.verdict === 'confirmed';
        return element('li', {}, element('span', {class: `badge ${proven ? (change.better ? 'better' : 'worse') : ''}`}, changeSize({...change, unit: change.line.unit})), ' ',
            change.event ? link(`alerts.html?event=${change.event}`, where) : where, proven ? null : element('span', {class: 'soft'}, `, ${verdictWords(change)}`));
    };
    const proven = all.filter((change) => change.verdict === 'confirmed');
    const others = all.filter((change) => change.verdict !== 'confirmed');
    return [
        element('h2', {}, 'Changes'),
        proven.length ? element('ul', {}, ...proven.map(item)) : element('p', {}, 'No confirmed change.'),
        others.length ? element('details', {}, element('summary', {}, `${counted(others.length, 'change')} not confirmed`), element('ul', {}, ...others.map(item))) : null,
    ];
}

/* Rows of the table: one for each commit, the newest first. */
function tableRowsOf(lines, site) {
    const rows = new Map();
    lines.forEach((line, at) => line.commits.forEach((commit, index) => {
        const key = `${line.branch} ${commit}`;
        const row = rows.get(key) || {commit, branch: line.branch, date: line.dates[index], cells: lines.map(() => null)};
        row.cells[at] = index;
        rows.set(key, row);
    }));
    return [...rows.values()].sort((a, b) => b.date - a.date);
}

function values(lines, site) {
    const rows = tableRowsOf(lines, site);
    const body = element('tbody');
    const more = element('button', {type: 'button'}, 'Show more');
    const several = new Set(lines.map((line) => line.branch)).size > 1;
    let drawn = 0;
    const draw = () => {
        body.append(...rows.slice(drawn, drawn + PORTION).map((row) => element('tr', {},
            element('td', {'data-label': ''}, several ? `${site.branch(row.branch).label} ` : null, commitLink(row.commit, site.release(row.commit))),
            element('td', {class: 'date', 'data-label': ''}, day(row.date)),
            ...lines.map((line, at) => element('td', {class: 'number', 'data-label': `${line.label}:`},
                row.cells[at] === null ? null : pointWords(line, row.cells[at], site))))));
        drawn += PORTION;
        more.hidden = drawn >= rows.length;
    };
    more.addEventListener('click', draw);
    draw();
    const point = site.branch(lines[0].branch).point;
    return [
        element('h2', {}, 'Values'),
        element('div', {class: 'wide'}, element('table', {class: lines.length < 3 ? 'narrow' : null}, element('thead', {}, element('tr', {}, element('th', {}, capital(point)), element('th', {}, 'Date'),
            ...lines.map((line) => element('th', {class: 'number'}, line.label)))), body)),
        more,
        element('p', {class: 'soft'}, 'In brackets the interval: of six samples or more, the 99 % interval of their median; of three to five, twice their range.'),
    ];
}

function csvOf(lines) {
    const head = ['tool', 'benchmark', 'parameters', 'branch', 'stack', 'machine', 'commit', 'date', 'value', 'low', 'high', 'unit', 'samples'];
    return [head, ...lines.flatMap((line) => line.commits.map((commit, at) => [
        line.tool, line.benchmark, listed(line.parameters), line.branch, line.environment.stack, line.environment.machine, commit,
        new Date(line.dates[at]).toISOString(), line.values[at], line.low[at], line.high[at], line.unit, (line.samples && line.samples[at] || []).join(' ')]))];
}

/* The graph as a picture with its title and its legend. */
function pictureOf(canvas, title, lines) {
    const ratio = canvas.width / canvas.clientWidth;
    const colours = ink();
    const copy = element('canvas', {width: canvas.width, height: canvas.height + 48 * ratio});
    const pen = copy.getContext('2d');
    pen.fillStyle = colours.ground;
    pen.fillRect(0, 0, copy.width, copy.height);
    pen.drawImage(canvas, 0, 48 * ratio);
    pen.scale(ratio, ratio);
    pen.fillStyle = colours.text;
    pen.font = '600 14px system-ui, sans-serif';
    pen.fillText(title, 10, 20);
    pen.font = '12px system-ui, sans-serif';
    let left = 10;
    for (const line of lines) {
        pen.fillStyle = line.colour;
        pen.fillRect(left, 31, 10, 10);
        pen.fillStyle = colours.text;
        pen.fillText(line.label, left + 15, 40);
        left += 30 + pen.measureText(line.label).width;
    }
    return new Promise((resolve) => copy.toBlob(resolve, 'image/png'));
}

function titleOf({choice, alternatives}, lines, site) {
    const fixed = Object.entries(choice.axes).filter(([name, values]) => name.startsWith('p-') && values.length === 1 && values[0] !== EACH);
    fixed.sort(([a], [b]) => axisOrder(a) - axisOrder(b));
    const parameters = parameterWords(Object.fromEntries(fixed.map(([name, [value]]) => [name.slice(2), value])), site);
    return [`${site.task(choice.task)}, ${site.metric(choice.metric)}`, parameters];
}

function nameOfControl(control) {
    return control.matches('select') ? control.closest('label').firstChild.textContent : control.textContent;
}

function keyed(frame, chart, tell) {
    const keys = {ArrowLeft: () => chart().step(-1), ArrowRight: () => chart().step(1), '+': () => chart().steps.in(), '=': () => chart().steps.in(),
        '-': () => chart().steps.out(), 0: () => chart().steps.all(), Escape: () => tell()};
    frame.addEventListener('keydown', (event) => {
        if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey && event.target === frame) {
            event.preventDefault();
            keys[event.key]();
        }
    });
}

show(async () => {
    const [site, content] = await Promise.all([loadSite(), load('series.json')]);
    const all = described(content);
    if (!all.length) {
        return [element('h1', {}, 'Graphs'), element('p', {}, 'Nothing has been measured yet.')];
    }
    const files = new Map();
    const fileOf = (id) => {
        if (!files.has(id)) {
            files.set(id, load(`series/${id}.json`));
        }
        return files.get(id);
    };
    const page = element('div');
    let chart = null;
    let turn = 0;

    async function draw(asked, kept) {
        const mine = ++turn;
        const selected = select(all, asked, site, kept);
        const shown = selected.series.slice(0, 12);
        const points = await Promise.all(shown.map((one) => fileOf(one.id)));
        if (mine !== turn) {
            return;  // the reader has chosen something else meanwhile
        }
        const {choice} = selected;
        let lines = shown.map((one, at) => lineOf(one, points[at], at, shown, choice, site));
        if (choice.graph.points === 'releases') {
            const some = lines.map((line) => ofReleases(line, site)).filter((line) => line.commits.length);
            lines = some.length ? some : lines;
        }
        const remember = () => history.replaceState(null, '', addressOf(choice, selected.alternatives));
        remember();
        const change = (next, axis) => draw(next, axis ? [axis] : []);
        const [title, parameters] = titleOf(selected, lines, site);
        document.title = title;
        const drawable = typeof uPlot !== 'undefined';
        const frame = element('div', {class: 'plotted', tabindex: '0', role: 'group',
            'aria-label': `Graph of ${title}: ${lines.map((line) => line.label).join(', ')}. Arrow keys go from point to point, plus and minus zoom, 0 shows all. The values are in the table below.`});
        const output = element('ul', {class: 'readout', 'aria-live': 'polite'});
        const idle = () => output.replaceChildren(element('li', {class: 'soft'}, 'Point at the graph, or tap it, to read a point. Drag to zoom.'));
        idle();
        const buttons = [['in', '+', 'Zoom in'], ['out', '−', 'Zoom out'], ['earlier', '‹', 'Earlier'], ['later', '›', 'Later'], ['all', 'All', 'Show all']].map(([name, text, words]) => {
            const button = element('button', {type: 'button', 'aria-label': words, title: words}, text);
            button.addEventListener('click', () => chart && chart.steps[name]());
            return button;
        });
        const focused = page.contains(document.activeElement) ? nameOfControl(document.activeElement) : null;
        const name = [choice.task, choice.metric, ...new Set(lines.map((line) => line.tool))].join('-');
        page.replaceChildren(...[
            element('h1', {}, title), element('p', {class: 'soft'}, parameters, site.metrics[choice.metric]?.summary ? `. ${site.metrics[choice.metric].summary}` : ''),
            controls(selected, lines, site, change), toolButtons(selected, lines, site, change), lineNames(lines),
            selected.series.length > shown.length ? element('p', {class: 'soft'}, `The first ${shown.length} of ${selected.series.length} series: choose fewer.`) : null,
            drawable ? frame : element('p', {}, 'The graph needs vendor/uPlot.js: run ', element('code', {}, '.venv/bin/python -m tools site fetch'), ' and publish again. The table has its values.'),
            element('div', {class: 'saves'}, ...(drawable ? [...buttons,
                saveButton('PNG', 'Save the graph as PNG', async () => chart && download(`${name}.png`, await pictureOf(chart.canvas, `${title}, ${parameters}`, lines)))] : []),
                csvButton(name, 'the graph', () => csvOf(lines))),
            drawable ? output : null, ...changesOf(lines, site), ...values(lines, site),
        ].filter((part) => part !== null));
        if (focused) {  // the controls are new: a keyboard goes on where it was
            [...page.querySelectorAll('select, button')].find((one) => nameOfControl(one) === focused)?.focus();
        }
        if (chart) {
            chart.destroy();
            chart = null;
        }
        if (!drawable) {
            return;
        }
        const tell = {
            zoomed(from, to) {
                Object.assign(choice.graph, {from: from && new Date(from).toISOString().slice(0, 19), to: to && new Date(to).toISOString().slice(0, 19)});
                remember();
            },
            pointed: (points, pinned) => output.replaceChildren(...readout(points, pinned, site)),
        };
        const {from, to, commits} = choice.graph;
        const build = () => plot(frame, lines, {
            byDate: byDate(choice, lines), log: isLog(choice, lines), from: from && Date.parse(`${from}Z`), to: to && Date.parse(`${to}Z`),
            marked: commits ? commits.split('-') : [],
        }, site, tell);
        let width = 0;
        new ResizeObserver(() => {  // its first call is when the frame is in the document
            const before = width;
            width = frame.clientWidth;
            if (width && !before) {
                chart = build();
            } else if (width && width !== before) {
                chart.resize();
            }
        }).observe(frame);
        keyed(frame, () => chart, () => { chart.unpin(); idle(); });
    }

    await draw(choiceOf(location.search), []);
    window.addEventListener('popstate', () => draw(choiceOf(location.search), []));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(choiceOf(location.search), []));
    return [page];
});
