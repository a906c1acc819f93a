'use strict';

/* Additions to asv's pages, which know one history only: a graph shows the releases of its own
   tool, without those of the other branches and with no label across another; and the commits
   of a range lead to their pages. */

(function () {
    let index = {};

    function branches() {
        const wanted = $.asv.parse_hash_string(location.hash).params.branch;
        return wanted ? wanted : [index.params.branch[0]];
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
        const places = labels.map((label) => [label, label.offsetLeft, label.offsetWidth]);
        places.sort((a, b) => a[1] - b[1]);
        let end = -Infinity;
        for (const [label, left, width] of places) {
            if (left < end || left + width > graph.clientWidth) {
                label.style.display = 'none';
            } else {
                end = left + width;
            }
        }
    }

    /* asv links a range of commits on one well-known host only */
    function linkRanges(table) {
        for (const span of table.querySelectorAll('td > span')) {
            const range = span.textContent.match(/^([0-9a-f]{6,40})\.\.([0-9a-f]{6,40})$/);
            if (range) {
                span.replaceChildren(...range.slice(1).flatMap((commit, place) => {
                    const link = document.createElement('a');
                    link.href = index.show_commit_url + commit;
                    link.textContent = commit;
                    return place ? [' … ', link] : [link];
                }));
            }
        }
    }

    document.addEventListener('DOMContentLoaded', () => {
        /* asv sets document.main_json when index.json has come */
        Object.defineProperty(document, 'main_json', {
            get: () => index,
            set: (loaded) => {
                const tags = loaded.tags || {};
                index = loaded;
                Object.defineProperty(index, 'tags', {get: () => ownTags(tags)});
            },
        });
        const graph = document.getElementById('main-graph');
        new MutationObserver(() => hideCovered(graph)).observe(graph, {childList: true});
        const table = document.getElementById('regressions-body');
        new MutationObserver(() => linkRanges(table)).observe(table, {childList: true});
    });
})();
