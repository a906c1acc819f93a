'use strict';

/* Additions to asv's pages, which expect one history. Here each tool has a branch:
   - a graph opens on the branch of its tool, and shows only the releases of that tool;
   - the commits of a range are links to their pages;
   - benchmarks without a value say so, or are hidden. */

(function () {
    let index = {};
    let plot = null;

    function branches() {
        const chosen = $.asv.parse_hash_string(location.hash).params.branch;
        return chosen ? chosen : [index.params.branch[0]];
    }

    /* tags are named tool/version */
    function ownTags(tags) {
        const shown = branches();
        const own = {};
        for (const [tag, revision] of Object.entries(tags)) {
            const [tool, version] = [tag.slice(0, tag.indexOf('/')), tag.slice(tag.indexOf('/') + 1)];
            if (shown.includes(tool)) {
                own[shown.length > 1 ? tag : version] = revision;
            } else if (!tag.includes('/')) {
                own[tag] = revision;
            }
        }
        return own;
    }

    function hideCovered(graph) {
        const labels = [...graph.children].filter((child) => child.style.top === '-2ex');
        labels.forEach((label) => { label.style.display = ''; });
        const boxes = labels.map((label) => [label, label.offsetLeft, label.offsetWidth]);
        boxes.sort((a, b) => a[1] - b[1]);
        let end = -Infinity;
        for (const [label, left, width] of boxes) {
            if (left < end || left + width > graph.clientWidth) {
                label.style.display = 'none';
            } else {
                end = left + width;
            }
        }
    }

    /* asv links a range of commits for GitHub only */
    function linkRanges(table) {
        for (const span of table.querySelectorAll('td > span')) {
            const range = span.textContent.match(/^([0-9a-f]{6,40})\.\.([0-9a-f]{6,40})$/);
            if (range) {
                span.replaceChildren(...range.slice(1).flatMap((commit, at) => {
                    const link = document.createElement('a');
                    link.href = index.show_commit_url + commit;
                    link.textContent = commit;
                    return at ? [' … ', link] : [link];
                }));
            }
        }
    }

    /* asv lists every benchmark, also those without a value on this machine or branch */
    function hideUnmeasured(list) {
        for (const table of [...list.querySelectorAll('table')].filter((one) => !one.caption)) {
            const rows = [...table.tBodies[0].rows];
            const empty = rows.filter((row) => !row.querySelector('td.value').textContent);
            empty.forEach((row) => row.classList.add('no-value'));
            const button = document.createElement('button');
            button.className = 'btn btn-default btn-xs';
            button.textContent = 'Show all';
            button.addEventListener('click', () => {
                button.textContent = table.classList.toggle('all') ? 'Hide those without' : 'Show all';
            });
            table.createCaption().append(`${rows.length - empty.length} of ${rows.length} have a value here. `,
                ...(empty.length ? [button] : []));
        }
    }

    /* on a phone each cell has its heading beside it */
    function labelCells(body) {
        for (const cell of body.querySelectorAll('tbody td:not([data-label])')) {
            const heading = cell.closest('table').tHead.rows[0].cells[cell.cellIndex];
            cell.dataset.label = heading.textContent;
        }
    }

    /* asv shows every rise in red, also where higher is better */
    function colourByDirection(table) {
        for (const cell of table.querySelectorAll('td.change:not([data-turned])')) {
            const link = cell.parentElement.querySelector('td a');
            const name = $.asv.parse_hash_string(link.getAttribute('href')).location[0];
            if ((index.benchmarks[name] || {}).higher_is_better && /(posi|nega)tive/.test(cell.className)) {
                cell.classList.toggle('positive-change');
                cell.classList.toggle('negative-change');
            }
            cell.dataset.turned = '';
        }
    }

    /* asv opens a benchmark on the first branch, where Hail's have no data */
    function chooseBranch() {
        const info = $.asv.parse_hash_string(location.hash);
        const benchmark = info.location[0];
        const tool = (benchmark.split('.').at(-2) || '').toLowerCase();
        if (benchmark in index.benchmarks && !info.params.branch && index.params.branch.includes(tool)) {
            info.params.branch = [tool];
            // no event, so that asv loads each graph once
            history.replaceState(null, '', $.asv.format_hash_string(info));
        }
    }

    /* 7,000 beside a graph, where asv writes 7.00e+3 */
    function plainNumbers(axis) {
        const format = axis && axis.tickFormatter;
        if (format) {
            axis.tickFormatter = (...given) => {
                const text = format(...given);
                return /^\d\.\d+e\+[3-8]$/.test(text) ? Number(text).toLocaleString('en') : text;
            };
        }
    }

    /* asv draws an empty frame and a legend entry for a series without values: leave them out */
    function plotMeasured(target, series, ...rest) {
        const measured = series.filter((one) => one.data.some((point) => point && point[1] !== null));
        if (target.hasClass('benchmark-plot')) {  // a cell of the grid
            if (!measured.length) {
                target.addClass('not-measured').text('n/a');
                return null;
            }
            rest[0].series.points = {show: measured[0].data.length === 1};
        } else {
            plainNumbers(rest[0].yaxis);
        }
        return plot(target, measured, ...rest);
    }

    document.addEventListener('DOMContentLoaded', () => {
        Object.assign(plotMeasured, plot = $.plot);
        $.plot = plotMeasured;
        /* asv sets document.main_json when it has loaded index.json */
        Object.defineProperty(document, 'main_json', {
            get: () => index,
            set: (loaded) => {
                const tags = loaded.tags || {};
                index = loaded;
                Object.defineProperty(index, 'tags', {get: () => ownTags(tags)});
                if (index.benchmarks) {
                    chooseBranch();
                    window.addEventListener('hashchange', chooseBranch);  // before asv's own
                }
            },
        });
        const graph = document.getElementById('main-graph');
        new MutationObserver(() => hideCovered(graph)).observe(graph, {childList: true});
        const list = document.getElementById('summarylist-body');
        new MutationObserver(() => {
            hideUnmeasured(list);
            labelCells(list);
            colourByDirection(list);
        }).observe(list, {childList: true, subtree: true});
        const table = document.getElementById('regressions-body');
        new MutationObserver(() => {
            linkRanges(table);
            labelCells(table);
        }).observe(table, {childList: true});
    });
})();
