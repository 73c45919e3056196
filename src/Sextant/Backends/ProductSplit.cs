namespace Sextant.Backends;

/// <summary>How a product's outputs split into items: rows first, panels when rows are few.</summary>
internal readonly struct ProductSplit
{
    // A panel that is read once serves this many rows from the L2.
    private const int BlockRows = 128;

    // One thread alone needs no items, but for a call that may be cancelled between them.
    private const int AloneRows = 1024;

    private readonly int _rows;
    private readonly int _panels;
    private readonly int _rowItems;
    private readonly int _panelItems;

    public ProductSplit(int rows, int panels, int threads)
    {
        _rows = rows;
        _panels = panels;
        _rowItems = 1;
        _panelItems = 1;
        if (threads == 1)
        {
            _rowItems = Math.Max(1, rows / AloneRows);
            return;
        }
        // Four items a thread, so that one that is held up costs little.
        _rowItems = Math.Max(1, rows / BlockRows);
        _panelItems = Math.Clamp((4 * threads + _rowItems - 1) / _rowItems, 1, panels);
    }

    public int Items => _rowItems * _panelItems;

    /// <summary>The rows and the panels of an item.</summary>
    public (int FirstRow, int Rows, int FirstPanel, int EndPanel) Part(int item)
    {
        int rowItem = item / _panelItems;
        int panelItem = item % _panelItems;
        int first = RowBorder(rowItem);
        return (first, RowBorder(rowItem + 1) - first, _panels * panelItem / _panelItems,
            _panels * (panelItem + 1) / _panelItems);
    }

    // Borders on whole tiles of eight rows.
    private int RowBorder(int item) => item == _rowItems ? _rows : (int)((long)_rows * item / _rowItems) & ~7;
}
