'use strict';

/* study.html: guidelines, tables, findings and figures, from study/data.js. */

const PARTS = [
    ['guidelines', 'Guidelines'], ['tables', 'Tables'], ['since', 'Since the study'],
    ['findings', 'The study’s findings'], ['figures', 'Figures'], ['sources', 'Sources'],
];

function cell(content) {
    const [text, note] = Array.isArray(content) ? content : [content, null];
    return [text, note ? element('span', {class: 'soft'}, note) : null];
}

function grid(head, rows) {
    return element('table', {class: 'grid'},
        element('thead', {}, element('tr', {}, ...head.map((text) => element('th', {}, text)))),
        element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((content, at) => element('td',
            {'data-label': at ? head[at] : null, class: at ? null : 'name'}, ...cell(content)))))));
}

function figureLinks(ids) {
    return ids.flatMap((id, at) => [at ? ', ' : null,
        element('a', {href: `#figure-${id}`}, /^2\./.test(id) ? `Figure ${id}`
            : window.STUDY.figures.find((figure) => figure.id === id).title)]);
}

function table(one) {
    const parts = [element('h3', {id: `table-${one.id}`}, one.title), element('p', {class: 'soft'}, ...prose(one.about))];
    if (!one.rows.length) {
        return [...parts, ...notMeasured(one.commands)];
    }
    return [
        ...parts,
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

function introduction(study) {
    const machine = study.machine;
    const here = machine.machine
        ? `This machine: ${machine.machine}, ${machine.physical_cores} physical cores${machine.cpu ? ` (${machine.cpu})` : ''}, `
            + `${(Number(machine.ram) / 1e9).toFixed(0)} GB of memory.` : 'Nothing has been measured yet.';
    return [
        element('h1', {}, `${Object.values(study.names.tool).join(', ')} compared`),
        element('p', {}, 'A study compared Sgkit, Hail and PLINK 1.9 at five tasks of a genome-wide association study, along five axes '
            + '(task, data, computation, shape of the data, hyperparameters). This page repeats it with our own measurements.'),
        element('p', {class: 'soft'}, here, ` The study: ${study.reference.machine}; ${study.reference.packages}.`),
        element('ul', {class: 'links contents'}, ...PARTS.map(([id, name]) => element('li', {}, element('a', {href: `#${id}`}, name)))),
        element('ul', {}, ...[...new Set(study.editions.map((one) => one.edition))].map((edition) => element('li', {},
            `${edition[0].toUpperCase()}${edition.slice(1)}: `,
            study.editions.filter((one) => one.edition === edition).map((one) => `${one.tool} ${one.release}`
                + ` (${one.stack ? `${one.stack} stack, ` : ''}${one.points.toLocaleString('en')} points)`).join(', ')))),
        study.files.length ? element('p', {class: 'downloads'}, 'All measurements: ', ...study.files.flatMap((name, at) => [
            at ? ' · ' : null, element('a', {href: `study/${name}`, download: ''}, name.split('.').pop().toUpperCase())])) : null,
    ];
}

function part(id, ...children) {
    return element('section', {id}, element('h2', {}, PARTS.find(([own]) => own === id)[1]), ...children);
}

/* Scroll to the part that the address names, and open it. */
function follow() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) {
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
    return [
        ...introduction(study),
        part('guidelines',
            element('p', {class: 'soft'}, 'The guidelines come from measurements of today’s releases. An option counts as slower only where '
                + `the whole 95 % interval of the time ratio is above the noise floor of ${study.noise_floor} (`,
                element('a', {href: '#table-repeats'}, 'how much repeats differ'), '). A range covers '
                + 'the measured conditions, not every combination in it.'),
            ...table(tables.tool), ...study.rules.map(rule)),
        part('tables', ...['2.4-today', '2.4-study', '2.5-today', '2.5-study', 'effort', 'repeats'].flatMap((id) => table(tables[id]))),
        part('since', ...table(tables.since), since),
        part('findings',
            element('p', {class: 'soft'}, `“No faster” and “no difference” mean: a ratio below ${study.noise_floor}, the `,
                element('a', {href: '#table-repeats'}, 'noise floor'), '.'),
            ...study.findings.map((one) => finding(one))),
        part('figures', ...sections.filter((section) => section !== since)),
        part('sources',
            study.failed.length ? element('p', {}, 'No result, because the benchmark failed or its answer was wrong:') : null,
            study.failed.length ? element('ul', {class: 'mono'}, ...study.failed.map((text) => element('li', {}, text))) : null,
            study.busy.points.length ? element('section', {id: 'busy'}, element('h3', {}, 'Measured while the machine was busy'),
                element('p', {class: 'soft'}, study.busy.rule, ' The page shows them too.'),
                element('ul', {}, ...study.busy.summary.map((text) => element('li', {}, text))),
                details(`All ${study.busy.points.length} points`, () => [element('ul', {class: 'mono'},
                    ...study.busy.points.map((text) => element('li', {}, text)))])) : null,
            element('p', {class: 'soft'}, 'To measure a number again, run the command of its source with the number’s benchmark in place of BENCHMARK.'),
            ...study.sources.map(source)),
    ].filter((content) => content !== null);
});
