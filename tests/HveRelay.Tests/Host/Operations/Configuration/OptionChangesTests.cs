using System.Collections;
using System.Reflection;
using HveRelay.Configuration;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>Of every key it is known whether its change counts at once, and then it does.</summary>
public sealed class OptionChangesTests
{
    public static TheoryData<string> Keys { get; } = [.. OptionChanges.AllKeys().Select(key => key.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_change_of_any_key_is_named_and_comes_into_force_or_waits(string key)
    {
        var needsRestart = OptionChanges.AllKeys().Single(each => each.Key == key).NeedsRestart;
        var (inForce, fresh) = (Full(), Full());
        var (owner, property) = Find(fresh, key);
        property.SetValue(owner, Other(property.PropertyType, property.GetValue(owner)));
        var wanted = Find(inForce, key).Property.GetValue(Find(inForce, key).Owner);

        var change = Assert.Single(OptionChanges.Between(inForce, fresh));
        OptionChanges.Apply(inForce, fresh);

        Assert.Equal((key.Replace("[]", "[0]", StringComparison.Ordinal), needsRestart), (change.Key, change.NeedsRestart));
        var (after, same) = Find(inForce, key);
        Assert.Equal(needsRestart ? wanted : property.GetValue(owner), same.GetValue(after));
        Assert.Equal(needsRestart ? 1 : 0, OptionChanges.Between(inForce, fresh).Count);
    }

    [Fact]
    public void Nothing_changed_is_nothing() => Assert.Empty(OptionChanges.Between(Full(), Full()));

    [Fact]
    public void Entries_that_come_and_go_are_one_change_of_the_list()
    {
        var fresh = Full();
        fresh.Clients = null;
        fresh.Users.Add(new UserOptions { Name = "new" });
        fresh.Hve.Accounts.Clear();
        fresh.Listeners.Add(new ListenerOptions { Name = "second" });
        fresh.Certificate = null;

        var before = Full();
        before.Certificate!.File = "relay.pem";

        var changes = OptionChanges.Between(before, fresh);

        Assert.Equal(
            "Listeners! Certificate.File Clients Users Hve.Accounts",
            string.Join(' ', changes.Select(change => change.Key + (change.NeedsRestart ? "!" : string.Empty))));
    }

    [Fact]
    public void The_limits_of_a_listener_change_whatever_became_of_the_others()
    {
        var (inForce, fresh) = (Full(), Full());
        var held = inForce.Listeners[0];
        fresh.Listeners[0].MaxConnections = 7;
        fresh.Listeners.Insert(0, new ListenerOptions { Name = "second", Port = 26 });

        OptionChanges.Apply(inForce, fresh);

        Assert.Same(held, Assert.Single(inForce.Listeners));
        Assert.Equal(7, held.MaxConnections);
    }

    /// <summary>docs/operating.md: the row with the longest name that a key begins with speaks for it.</summary>
    [Fact]
    public void The_table_in_the_documentation_says_so_of_every_key()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/operating.md")).ReplaceLineEndings("\n");
        var rows = (
            from line in page[page.IndexOf("| key | a change counts |", StringComparison.Ordinal)..].Split("\n\n")[0].Split('\n').Skip(2)
            let cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries)
            from key in cells[0].Split(' ')
            select (Key: key.Trim('`'), Counts: cells[1])).ToList();
        var speaking = new HashSet<string>();

        foreach (var key in OptionChanges.AllKeys())
        {
            var row = rows.Where(row => key.Key == row.Key || key.Key.StartsWith(row.Key + ".", StringComparison.Ordinal) || key.Key.StartsWith(row.Key + "[", StringComparison.Ordinal))
                .MaxBy(row => row.Key.Length);
            Assert.True(row.Key is not null, $"no row speaks of {key.Key}");
            Assert.Equal((key.Key, key.NeedsRestart ? "after a restart" : "at once"), (key.Key, row.Counts));
            speaking.Add(row.Key);
        }

        Assert.Equal(rows.Select(row => row.Key).Order(StringComparer.Ordinal), speaking.Order(StringComparer.Ordinal));
    }

    /// <summary>Every list has an entry, every section is there.</summary>
    private static RelayOptions Full() => (RelayOptions)Fill(new RelayOptions());

    private static object Fill(object options)
    {
        foreach (var property in OptionKeys.Of(options.GetType()))
        {
            if (OptionKeys.IsList(property.PropertyType))
            {
                var list = (IList)Activator.CreateInstance(property.PropertyType)!;
                var inner = property.PropertyType.GetGenericArguments()[0];
                list.Add(OptionKeys.IsObject(inner) ? Fill(Activator.CreateInstance(inner)!) : Other(inner, null));
                property.SetValue(options, list);
            }
            else if (OptionKeys.IsObject(property.PropertyType))
            {
                property.SetValue(options, Fill(Activator.CreateInstance(property.PropertyType)!));
            }
        }

        return options;
    }

    private static (object Owner, PropertyInfo Property) Find(object options, string key)
    {
        var names = key.Split('.');
        foreach (var name in names[..^1])
        {
            var value = options.GetType().GetProperty(name.TrimEnd('[', ']'))!.GetValue(options)!;
            options = value is IList list ? list[0]! : value;
        }

        return (options, options.GetType().GetProperty(names[^1])!);
    }

    private static object Other(Type type, object? value) => type switch
    {
        _ when type == typeof(string) => value + "x",
        _ when type == typeof(bool) => value is not true,
        _ when type == typeof(int) => (value as int? ?? 0) + 1,
        _ when type == typeof(long) => (value as long? ?? 0) + 1,
        _ when type == typeof(TimeSpan) => (value as TimeSpan? ?? TimeSpan.Zero) + TimeSpan.FromSeconds(1),
        { IsEnum: true } => Enum.GetValues(type).Cast<object>().First(each => !each.Equals(value)),
        _ => Longer(type, (IList)value!),
    };

    private static IList Longer(Type type, IList before)
    {
        var list = (IList)Activator.CreateInstance(type)!;
        foreach (var entry in before)
        {
            list.Add(entry);
        }

        list.Add(Other(type.GetGenericArguments()[0], null));
        return list;
    }
}
