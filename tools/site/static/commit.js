'use strict';

/* commit.html?h=HASH (or its first characters): one upstream commit with its measured values. */

function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(values[key] ?? ''));
}

function upstreamLinks(index, hash, commit) {
    const templates = index.links[commit.tool] || {};
    const fromIndex = index.sources[commit.tool] === 'index';
    const links = [];
    function add(name, text, values) {
        if (templates[name]) {
            links.push(link(fill(templates[name], values), text));
        }
    }
    if (!fromIndex) {  // a release from the package index has no commit upstream
        add('commit', `commit ${hash.slice(0, 8)} upstream`, {hash: hash});
    }
    if (commit.pull) {
        add('pull_request', `pull request #${commit.pull}`, {number: commit.pull});
    }
    if (commit.release) {
        add('release', `release notes of ${commit.release}`, {version: commit.release});
    }
    const before = commit.previous && index.commits[commit.previous];
    const name = (key, entry) => fromIndex ? entry.release : key;
    if (before && name(commit.previous, before) && name(hash, commit)) {
        add('compare', `compare with ${before.release || commit.previous.slice(0, 8)}, measured before it`,
            {old: name(commit.previous, before), new: name(hash, commit)});
    }
    return links;
}

function facts(index, hash, commit) {
    return factList([
        ['Tool', commit.tool],
        ['Release', commit.release],
        ['Commit', element('span', {class: 'mono'}, hash)],
        ['Date', new Date(commit.date).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
        ['Author', commit.author],
        ['Source', {git: 'git history',
                    index: 'release history of the package index'}[index.sources[commit.tool]]],
        ['Measured before it', commit.previous && commitLink(commit.previous, title(index, commit.previous))],
        ['Commit before', commit.parent && commitLink(commit.parent, title(index, commit.parent))],
        ['Commit after', commit.child && commitLink(commit.child, title(index, commit.child))],
    ]);
}

function title(index, hash) {
    const commit = index.commits[hash];
    return commit && commit.release ? `${hash.slice(0, 8)} (${commit.release})` : hash.slice(0, 8);
}

function change(index, row, unit) {
    if (row.before === null) {
        return '';
    }
    const ratio = row.before === 0 ? (row.value === 0 ? 1 : null) : row.value / row.before;
    if (ratio !== null && Math.abs(ratio - 1) < 0.05) {
        return element('span', {class: 'soft'}, 'about the same');
    }
    const lower = index.lower_is_better[row.benchmark.split('.').at(-1)];
    const better = (row.value < row.before) === lower;
    return element('span', {class: better ? 'better' : 'worse'}, factor(ratio, unit));
}

function measurements(index, rows) {
    const tasks = new Map();
    for (const row of rows) {
        const task = row.benchmark.split('.')[0];
        tasks.set(task, [...tasks.get(task) || [], row]);
    }
    const shown = [];
    for (const [task, own] of [...tasks].sort()) {
        own.sort((a, b) => a.benchmark.localeCompare(b.benchmark));
        const body = own.map((row) => {
            const unit = index.units[row.benchmark.split('.').at(-1)];
            const spread = row.interval && row.interval[0] < row.interval[1]
                ? `${withUnit(row.interval[0], unit)} to ${withUnit(row.interval[1], unit)}` : '';
            return element('tr', {},
                element('td', {class: 'name'}, link(row.graph, row.benchmark.split('.').slice(1).join(' ')),
                        element('span', {class: 'soft'}, listed({...row.parameters, ...row.environment}))),
                element('td', {class: 'number', 'data-label': ''}, withUnit(row.value, unit)),
                element('td', {class: 'number soft', 'data-label': 'interval:'}, spread),
                element('td', {class: 'number', 'data-label': '·'}, change(index, row, unit)));
        });
        shown.push(element('h3', {}, task.replaceAll('_', ' ')),
            tableOf(['Benchmark', 'Value', 'Interval', 'Change from the commit measured before'], body));
    }
    if (shown.length) {
        shown.push(element('p', {class: 'soft'}, 'Interval: of six samples or more, the 99 % interval of their median; of three to five, twice their range.'));
    }
    return shown;
}

function setups(entries) {
    return entries.map((setup) => {
        const lock = setup.lock && `lock ${setup.lock}`;
        return factList([
            ['Stack', setup.stack],
            ['Machine', setup.machine],
            ['Python', setup.python],
            ['Java', setup.java],
            ['Installed', setup.installed],
            ['Packages', lock && (setup.has_lock ? link(`locks/${setup.lock}.txt`, lock) : lock)],
            ['Tracker commit', setup.tracker && element('span', {class: 'mono'}, setup.tracker)],
            ['Last measured', setup.at && setup.at.slice(0, 16).replace('T', ' ')],
        ]);
    });
}

show(async () => {
    const prefix = (new URLSearchParams(location.search).get('h') || '').toLowerCase();
    const index = await load('commits.json');
    const matches = prefix.length < 4 ? [] : Object.keys(index.commits).filter((hash) => hash.startsWith(prefix));
    if (matches.length !== 1) {
        document.title = 'No such commit';
        return [element('h1', {}, matches.length ? `${matches.length} commits start with ${prefix}` : 'No such commit here'),
                matches.length
                    ? element('ul', {}, ...matches.map((hash) => element('li', {}, commitLink(hash, hash))))
                    : element('p', {}, `No commit here starts with “${prefix}”. This site has the measured commits, the commits next to them, and the releases. Give at least four characters of the hash: commit.html?h=HASH`)];
    }
    const hash = matches[0];
    const commit = index.commits[hash];
    document.title = `${commit.tool} ${commit.release || hash.slice(0, 8)}`;
    const head = [
        element('p', {class: 'soft'}, `${commit.tool} · `, element('span', {class: 'mono'}, hash.slice(0, 8)),
                commit.release ? ` · release ${commit.release}` : ''),
        element('h1', {}, commit.subject || '(no subject)'),
        element('ul', {class: 'links'}, ...upstreamLinks(index, hash, commit).map((one) => element('li', {}, one))),
        facts(index, hash, commit),
    ];
    if (!commit.measured) {
        return [...head, element('p', {class: 'soft'}, 'Nothing was measured at this commit.')];
    }
    const measured = await load(`commits/${hash}.json`);
    return [...head, element('h2', {}, 'Measured at this commit'), ...measurements(index, measured.rows),
            ...(measured.setups.length ? [element('h2', {}, 'Measured with'), ...setups(measured.setups)] : [])];
});
