using System.Net;

namespace HveRelay.Simulator;

/// <summary>The dialogue of one connection. May be read while it goes on.</summary>
public sealed class ConnectionTranscript
{
    private readonly Ring<string> _lines;
    private readonly Ring<string> _notes = new(100);
    private readonly bool _kept;

    internal ConnectionTranscript(int connection, EndPoint? client, int limit)
    {
        Connection = connection;
        Client = client;
        _lines = new Ring<string>(limit);
        _kept = limit > 0;
    }

    /// <summary>From 1, in the order of arrival.</summary>
    public int Connection { get; }

    public EndPoint? Client { get; }

    /// <summary><c>C: …</c>, <c>S: …</c>, and what else happened as <c>*: …</c>; credentials masked, content as its length.</summary>
    public IReadOnlyList<string> Lines => _lines.Snapshot();

    /// <summary>What a careful server dislikes about this client.</summary>
    public IReadOnlyList<string> Notes => _notes.Snapshot();

    internal void FromClient(string line) => Add("C: ", line);

    internal void Event(string line) => Add("*: ", line);

    internal void Note(string sentence)
    {
        _notes.Add(sentence);
        Add("*: ", sentence);
    }

    internal void FromServer(string reply)
    {
        if (_kept)
        {
            foreach (var line in reply.Split('\n'))
            {
                Add("S: ", line.TrimEnd('\r'));
            }
        }
    }

    private void Add(string who, string line)
    {
        if (_kept)
        {
            _lines.Add(who + line);
        }
    }
}
