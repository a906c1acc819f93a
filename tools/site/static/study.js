'use strict';

/* study.html: guidelines, tables, findings and figures, from study/data.js. */

const PARTS = [
    ['guidelines', 'Guidelines'], ['tables', 'Tables'], ['since', 'Since the study'],
    ['findings', 'The study’s findings'], ['figures', 'Figures'], ['sources', 'Sources'], ['missing', 'Not measured yet'],
];

const EMPTY = ['n/a', 'not measured'];

function textOf(content) {
    return Array.isArray(content) ? content[0] : content;
}

function cell(content) {
    const [text, note] = Array.isArray(content) ? content : [content, null];
    return EMPTY.includes(text) ? [element('span', {title: 'not measured', class: 'soft'}, '–')]
        : [text, note ? element('span', {class: 'soft'}, note) : null];
}

/* A table without the columns in which no row has a value. */
function grid(head, rows) {
    const kept = head.map((_, at) => at).filter((at) => rows.some((row) => !EMPTY.includes(textOf(row[at]))));
    return element('table', {class: 'grid'},
        element('thead', {}, element('tr', {}, ...kept.map((at) => element('th', {}, head[at])))),
        element('tbody', {}, ...rows.map((row) => element('tr', {}, ...kept.map((at) => element('td',
            {'data-label': at ? head[at] : null, class: at ? null : 'name'}, ...cell(row[at])))))));
}

/* The figures of these that are on the page. */
function figureLinks(ids) {
    const drawn = ids.filter((id) => window.STUDY.figures.some((figure) => figure.id === id && figure.rows.length));
    return drawn.flatMap((id, at) => [at ? ', ' : null,
        element('a', {href: `#figure-${id}`}, /^2\./.test(id) ? `Figure ${id}`
            : window.STUDY.figures.find((figure) => figure.id === id).title)]);
}

function table(one) {
    if (!one.rows.length) {
        return [];
    }
    return [
        element('h3', {id: `table-${one.id}`}, one.title), element('p', {class: 'soft'}, ...prose(one.about)),
        grid(one.head, one.rows),
        one.sentences.length ? element('ul', {}, ...one.sentences.map((text) => element('li', {}, text))) : '',
        ...(one.files.length ? [downloads(one.files),
            details('Data, samples and where they come from', () => [behind(one.behind)])] : []),
    ];
}

function rule(one) {
    return element('section', {class: 'rule', id: `rule-${one.id}`},
        element('h3', {}, one.question),
        element('ul', {}, ...one.sentences.map((text) => element('li', {}, text))),
        element('p', {class: 'soft'}, 'Evidence: ', ...figureLinks(one.figures)),
        details(`All conditions: ${one.conditions.length}, decided: ${one.decided}`, () => [grid(
            ['Condition', 'Options, fastest first', 'Ahead by', 'Take'],
            one.conditions.map((condition) => [condition.words,
                condition.ranking.map(([option, seconds]) => `${option} ${seconds}`).join(', '), condition.ahead,
                condition.good.join(' or ') || 'not decided']))]));
}

const SIGNS = new Map([[true, ['for', 'better']], [false, ['against', 'worse']], [null, ['not decided', '']]]);

function finding(one, editions) {
    const verdicts = Object.entries(one.verdicts);
    return element('section', {class: 'rule', id: `finding-${one.id}`},
        element('h3', {}, one.text),
        element('p', {class: 'soft'}, `The study: ${one.source}. Here: `, ...figureLinks(one.figures)),
        element('ul', {}, ...verdicts.map(([edition, verdict]) => element('li', {}, `${nameOf('edition', edition)}: `,
            element('strong', {}, verdict.words),
            verdict.evidence.length ? details('evidence', () => [element('ul', {}, ...verdict.evidence.map(([text, agrees]) => {
                const [word, kind] = SIGNS.get(agrees);
                return element('li', {}, element('span', {class: `badge ${kind}`}, word), ' ', text);
            }))]) : null))));
}

function source(one, at) {
    const facts = {
        Tool: `${one.tool} ${one.release}${one.stack ? `, ${one.stack} stack` : ''}`, Commit: one.commit,
        Lock: one.lock ? element('a', {href: `locks/${one.lock}.txt`}, one.lock) : 'none recorded',
        Installed: one.installed, Python: one.python, Java: one.java, Machine: one.machine,
        Data: one.data ? `${one.data}, sha256 ${one.data_sha256 || 'not recorded'}` : null,
        Tracker: one.tracker, 'Last measured': one.measured_at,
    };
    return element('details', {class: 'source', id: `source-${at}`},
        element('summary', {}, `Source ${at + 1}: ${nameOf('tool', one.tool)} ${one.release}, ${one.stack} stack, on ${one.data}`),
        element('dl', {class: 'facts'}, ...Object.entries(facts).filter(([, value]) => value).flatMap(([name, value]) => [
            element('dt', {}, name), element('dd', {class: 'mono'}, value)])),
        element('p', {class: 'mono shell'}, `${one.command} --bench BENCHMARK`));
}

function introduction(study, parts) {
    const machine = study.machine;
    const here = machine.machine
        ? `This machine: ${machine.machine}, ${machine.physical_cores} physical cores${machine.cpu ? ` (${machine.cpu})` : ''}, `
            + `${(Number(machine.ram) / 1e9).toFixed(0)} GB of memory.` : 'Nothing has been measured yet.';
    return [
        element('h1', {}, `${Object.values(study.names.tool).join(', ')} compared`),
        element('p', {}, 'A study compared Sgkit, Hail and PLINK 1.9 at five tasks of a genome-wide association study, along five axes '
            + '(task, data, computation, shape of the data, hyperparameters). This page repeats it with our own measurements.'),
        element('p', {class: 'soft'}, here, ` The study: ${study.reference.machine}; ${study.reference.packages}.`),
        element('ul', {class: 'links contents'}, ...PARTS.filter(([id]) => parts.includes(id)).map(([id, name]) => element('li', {}, element('a', {href: `#${id}`}, name)))),
        !study.editions.length ? null : element('ul', {}, ...[...new Set(study.editions.map((one) => one.edition))].map((edition) => element('li', {},
            `${edition[0].toUpperCase()}${edition.slice(1)}: `,
            study.editions.filter((one) => one.edition === edition).map((one) => `${one.tool} ${one.release}`
                + ` (${one.stack ? `${one.stack} stack, ` : ''}${one.points.toLocaleString('en')} points)`).join(', ')))),
        study.files.length ? element('p', {class: 'downloads'}, 'All measurements: ', ...study.files.flatMap((name, at) => [
            at ? ' · ' : null, element('a', {href: `study/${name}`, download: ''}, name.split('.').pop().toUpperCase())])) : null,
    ];
}

/* A part of the page; none without content. */
function part(id, ...children) {
    const shown = children.filter((child) => child !== null);
    return shown.length ? element('section', {id}, element('h2', {}, PARTS.find(([own]) => own === id)[1]), ...shown) : null;
}

/* What has no value yet: one line, and for those who ask the list with what measures it. */
function missing(figures, tables, findings) {
    const kinds = [[figures, 'figure'], [tables, 'table'], [findings, 'finding']].filter(([members]) => members.length);
    if (!kinds.length) {
        return null;
    }
    const commands = (one) => (one.commands || []).map((command) => element('p', {class: 'mono shell'}, command));
    return part('missing',
        element('p', {}, `${kinds.map(([members, noun]) => counted(members.length, noun)).join(', ')}.`),
        details('What they are, and what measures them', () => kinds.flatMap(([members, noun]) => [
            element('h3', {}, `${capital(noun)}s`), ...members.flatMap((one) => [element('p', {}, one.title || one.text), ...commands(one)])])));
}

/* Scroll to the part that the address names, and open it. */
function follow() {
    const [id, query] = location.hash.slice(1).split('?');
    const target = id && document.getElementById(id);
    if (target) {
        if (query && target.choose) {
            target.choose(new URLSearchParams(query));
            target.redraw();
        }
        target.open = true;
        target.scrollIntoView();
    }
}

show(async () => {
    const study = window.STUDY;
    if (!study) {
        throw new Error('study/data.js is missing: publish again');
    }
    const tables = Object.fromEntries(study.tables.map((one) => [one.id, one]));
    const sections = study.figures.map(figureSection);
    const since = sections.find((section) => section.id === 'figure-since');
    if (study.figures.some((figure) => figure.rows.length)) {
        await new Promise((resolve, reject) => {
            const script = element('script', {src: 'vendor/vega-embed.js'});
            script.addEventListener('load', resolve);
            script.addEventListener('error', () => reject(new Error('vendor/vega-embed.js is missing: publish again')));
            document.head.append(script);
        });
    }
    setTimeout(() => {
        drawWhenSeen(sections);
        follow();
        window.addEventListener('hashchange', follow);
    });
    const unseen = (one) => !one.rows.length;
    const findings = study.findings.filter((one) => Object.values(one.verdicts).some((verdict) => verdict.evidence.length));
    const drawn = sections.filter((section) => section !== since && section.redraw);
    const shownTables = ['2.4-today', '2.4-study', '2.5-today', '2.5-study', 'effort', 'repeats'].flatMap((id) => table(tables[id]));
    const parts = [
        part('guidelines', ...(study.rules.length ? [
            element('p', {class: 'soft'}, 'The guidelines come from measurements of today’s releases. An option counts as slower only where '
                + `the whole 95 % interval of the time ratio is above the noise floor of ${study.noise_floor}`,
            ...(unseen(tables.repeats) ? [] : [' (', element('a', {href: '#table-repeats'}, 'how much repeats differ'), ')']), '. A range covers '
                + 'the measured conditions, not every combination in it.'),
            ...table(tables.tool), ...study.rules.map(rule)] : [])),
        part('tables', ...shownTables),
        part('since', ...table(tables.since), since && since.redraw ? since : null),
        part('findings', ...(findings.length ? [
            element('p', {class: 'soft'}, `“No faster” and “no difference” mean: a ratio below the noise floor of ${study.noise_floor}.`),
            ...findings.map((one) => finding(one))] : [])),
        part('figures', ...drawn),
        part('sources',
            study.failed.length ? element('p', {}, 'No result, because the benchmark failed or its answer was wrong:') : null,
            study.failed.length ? element('ul', {class: 'mono'}, ...study.failed.map((text) => element('li', {}, text))) : null,
            study.busy.points.length ? element('section', {id: 'busy'}, element('h3', {}, 'Measured while the machine was busy'),
                element('p', {class: 'soft'}, study.busy.rule, ' The page shows them too.'),
                element('ul', {}, ...study.busy.summary.map((text) => element('li', {}, text))),
                details(`All ${study.busy.points.length} points`, () => [element('ul', {class: 'mono'},
                    ...study.busy.points.map((text) => element('li', {}, text)))])) : null,
            study.sources.length ? element('p', {class: 'soft'}, 'To measure a number again, run the command of its source with the number’s benchmark in place of BENCHMARK.') : null,
            ...study.sources.map(source)),
        missing(study.figures.filter(unseen), study.tables.filter(unseen), study.findings.filter((one) => !findings.includes(one))),
    ].filter((one) => one !== null);
    return [...introduction(study, parts.map((one) => one.id)), ...parts];
});
