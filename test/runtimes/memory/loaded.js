print(JSON.stringify({ most: peak(), heap: heap(), blocks: blocks() }));
